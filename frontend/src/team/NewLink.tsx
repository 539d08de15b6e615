import { type FormEvent, useState } from 'react';
import { request } from '../api/client';
import { CreateLink, type CreateLinkResult } from '../api/generated';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { CopyField } from './CopyField';
import { LifetimeField, RoleField } from './fields';
import { type LinkForm, linkVariables, NEW_LINK } from './linkForm';
import type { Place } from './place';
import { ROLES, roleNote } from './roles';
import styles from './Team.module.css';
import type { SharingView } from './useSharing';

type Made = CreateLinkResult['createLink'];

interface NewLinkProps {
  readonly place: Place;
  readonly attempt: SharingView['attempt'];
  readonly onMade: (made: Made) => void;
}

/** Choose what a link is good for, make it, and copy it: it is shown this once. */
export function NewLink({ place, attempt, onMade }: NewLinkProps) {
  const [form, setForm] = useState(NEW_LINK);
  const [made, setMade] = useState<Made | null>(null);
  const variables = linkVariables(form, place);
  const make = async (event: FormEvent) => {
    event.preventDefault();
    if (!variables) return;
    const answer = await attempt(request(CreateLink, variables));
    if (!answer) return;
    setMade(answer.createLink);
    setForm({ ...form, passphrase: '', label: '' });
    onMade(answer.createLink);
  };
  return (
    <form className={styles.form} aria-label={t('New link')} onSubmit={(event) => void make(event)}>
      <Fields form={form} onChange={setForm} />
      <p className={styles.note}>
        {roleNote(form.role)} {t('Access ends with the link, unless you set a role under People.')}
      </p>
      <div className={styles.actions}>
        <Button
          look="primary"
          icon="link"
          type="submit"
          disabled={!variables}
          data-testid="create-link"
        >
          {t('Make a link')}
        </Button>
      </div>
      {made && (
        <CopyField
          label={t('The new link')}
          value={made.url}
          testId="new-link"
          note={t('It is shown now and never again: Masklet keeps no copy of its key.')}
        />
      )}
    </form>
  );
}

interface FieldsProps {
  readonly form: LinkForm;
  readonly onChange: (form: LinkForm) => void;
}

function Fields({ form, onChange }: FieldsProps) {
  return (
    <div className={styles.fields}>
      <RoleField
        label={t('Whoever opens it is')}
        role={form.role}
        roles={ROLES}
        testId="link-role"
        onChange={(role) => onChange({ ...form, role })}
      />
      <LifetimeField
        lifetimeS={form.lifetimeS}
        testId="link-lifetime"
        onChange={(lifetimeS) => onChange({ ...form, lifetimeS })}
      />
      <label>
        {t('How many people')}
        <input
          className={styles.field}
          inputMode="numeric"
          placeholder={t('any number')}
          value={form.maxUses}
          data-testid="link-uses"
          onChange={(event) => onChange({ ...form, maxUses: event.target.value })}
        />
      </label>
      <label>
        {t('Passphrase')}
        <input
          className={styles.field}
          autoComplete="off"
          minLength={6}
          maxLength={200}
          placeholder={t('none')}
          value={form.passphrase}
          data-testid="link-passphrase"
          onChange={(event) => onChange({ ...form, passphrase: event.target.value })}
        />
      </label>
      <label className={styles.wide}>
        {t('What it is for')}
        <input
          className={styles.field}
          maxLength={120}
          placeholder={t('A name for you to know it by')}
          value={form.label}
          data-testid="link-label"
          onChange={(event) => onChange({ ...form, label: event.target.value })}
        />
      </label>
    </div>
  );
}
