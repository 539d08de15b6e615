import { type FormEvent, useCallback, useEffect, useState } from 'react';
import { request } from '../api/client';
import { sentenceOf } from '../api/errors';
import {
  CreateApiToken,
  type CreateApiTokenResult,
  RevokeApiToken,
  Tokens,
  type TokensResult,
} from '../api/generated';
import { t } from '../i18n/t';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { CopyField } from './CopyField';
import { endText, lastUsedText } from './expiry';
import { LifetimeField, RoleField } from './fields';
import { roleName, roleNote, rolesWithin } from './roles';
import styles from './Team.module.css';
import {
  NEW_TOKEN,
  placeName,
  roleIn,
  type TokenForm,
  type TokenPlace,
  tokenPlaces,
  tokenVariables,
} from './tokenForm';

type Made = CreateApiTokenResult['createApiToken'];

/** Keys for programs: each with its own role and end, shown once, revoked at any time. */
export function TokensDialog({ onClose }: { onClose: () => void }) {
  const [known, setKnown] = useState<TokensResult | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const [error, setError] = useState<string | null>(null);
  const load = useCallback(
    () =>
      request(Tokens, {})
        .then(setKnown)
        .catch((thrown) => setError(sentenceOf(thrown))),
    [],
  );
  useEffect(() => {
    void load();
  }, [load]);
  const attempt = async (work: () => Promise<unknown>) => {
    setError(null);
    await work().catch((thrown) => setError(sentenceOf(thrown)));
    await load();
  };
  return (
    <Dialog title={t('API tokens')} testId="tokens-dialog" onClose={onClose}>
      <p className={styles.note}>
        {t('A program that sends a token may do what its role may, in its place, in your name.')}
      </p>
      {known && (
        <NewToken
          known={known}
          onMake={(variables) =>
            void attempt(async () => {
              setMade((await request(CreateApiToken, variables)).createApiToken);
            })
          }
        />
      )}
      {made && (
        <CopyField
          label={t('The new token')}
          value={made.secret}
          testId="new-token"
          note={t(
            'It is shown now and never again. Send it as “Authorization: Bearer …”; masklet and its Python client take it from MASKLET_TOKEN.',
          )}
        />
      )}
      {error && (
        <p className={styles.error} role="alert" data-testid="token-refused">
          {error}
        </p>
      )}
      <TokenList
        tokens={known?.apiTokens ?? []}
        places={known ? tokenPlaces(known) : []}
        onRevoke={(id) => void attempt(() => request(RevokeApiToken, { id }))}
      />
    </Dialog>
  );
}

type Variables = NonNullable<ReturnType<typeof tokenVariables>>;

function NewToken({
  known,
  onMake,
}: {
  known: TokensResult;
  onMake: (variables: Variables) => void;
}) {
  const places = tokenPlaces(known);
  const [form, setForm] = useState<TokenForm>(() => ({ ...NEW_TOKEN, place: places[0]?.id ?? '' }));
  const variables = tokenVariables(form, places);
  const chosen = places.find((place) => place.id === form.place);
  const role = chosen ? roleIn(form, chosen) : form.role;
  const make = (event: FormEvent) => {
    event.preventDefault();
    if (!variables) return;
    onMake(variables);
    setForm({ ...form, name: '' });
  };
  return (
    <form className={styles.form} aria-label={t('New token')} onSubmit={make}>
      <div className={styles.fields}>
        <label>
          {t('What it is for')}
          <input
            className={styles.field}
            maxLength={60}
            value={form.name}
            data-testid="token-name"
            onChange={(event) => setForm({ ...form, name: event.target.value })}
          />
        </label>
        <label>
          {t('Place')}
          <select
            className={styles.field}
            value={form.place}
            data-testid="token-place"
            onChange={(event) => setForm({ ...form, place: event.target.value })}
          >
            {places.map((place) => (
              <option key={place.id} value={place.id}>
                {place.name}
              </option>
            ))}
          </select>
        </label>
        <RoleField
          label={t('Role')}
          role={role}
          roles={rolesWithin(chosen?.may ?? [])}
          testId="token-role"
          onChange={(one) => setForm({ ...form, role: one })}
        />
        <LifetimeField
          lifetimeS={form.lifetimeS}
          testId="token-lifetime"
          onChange={(lifetimeS) => setForm({ ...form, lifetimeS })}
        />
      </div>
      <p className={styles.note}>{roleNote(role)}</p>
      <div className={styles.actions}>
        <Button look="primary" type="submit" disabled={!variables} data-testid="create-token">
          {t('Make a token')}
        </Button>
      </div>
    </form>
  );
}

interface TokenListProps {
  readonly tokens: TokensResult['apiTokens'];
  readonly places: readonly TokenPlace[];
  readonly onRevoke: (id: string) => void;
}

function TokenList({ tokens, places, onRevoke }: TokenListProps) {
  if (tokens.length === 0) return null;
  const nowS = Date.now() / 1000;
  return (
    <section className={styles.section} aria-label={t('Tokens')}>
      <h3 className={styles.heading}>{t('Tokens')}</h3>
      <ul>
        {tokens.map((token) => (
          <li key={token.id} className={styles.row} data-testid="token-row">
            <span className={styles.what}>
              <strong>
                {token.name}
                <span className={styles.role}>{roleName(token.role)}</span>
              </strong>
              <small>
                {placeName(token, places) ?? t('a place that you do not see any more')} ·{' '}
                {endText(token.expiresS, nowS)} · {lastUsedText(token.lastUsedS, nowS)}
              </small>
            </span>
            <Button
              aria-label={t('Revoke {name}', { name: token.name })}
              data-testid="revoke-token"
              onClick={() => onRevoke(token.id)}
            >
              {t('Revoke')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
