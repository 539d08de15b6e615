import type { Workspace } from '../app/workspace';
import { t } from '../i18n/t';
import { useVisibleObjects } from '../session/useVisibleObjects';
import { ButtonLink } from '../ui/Button';
import styles from './Discussion.module.css';
import { workText } from './effortText';
import { type EffortRow, useEffort } from './useEffort';

/** What each object cost, as a table that can be taken away. */
export function EffortPane({ workspace }: { workspace: Workspace }) {
  const effort = useEffort(workspace);
  const names = new Map(
    useVisibleObjects(workspace).map((object) => [object.objectId, object.name]),
  );
  const nameOfRow = ({ objectId }: EffortRow) => {
    if (objectId === null) return t('No object');
    return names.get(objectId) ?? t('object {id}', { id: objectId });
  };
  const total = (effort ?? []).reduce((sum, row) => sum + row.activeS, 0);
  return (
    <>
      <table className={styles.table} data-testid="effort">
        <thead>
          <tr>
            <th scope="col">{t('Object')}</th>
            <th scope="col">{t('Clicks')}</th>
            <th scope="col" title={t('Clicks where tracking had drawn it before')}>
              {t('Corr.')}
            </th>
            <th scope="col">{t('Tracked')}</th>
            <th scope="col">{t('Time')}</th>
          </tr>
        </thead>
        <tbody>
          {effort?.map((row) => (
            <tr key={row.objectId ?? 'none'} data-testid="effort-row">
              <th scope="row">{nameOfRow(row)}</th>
              <td className="number">{row.clicks}</td>
              <td className="number">{row.corrections}</td>
              <td className="number">{row.trackedFrames}</td>
              <td className="number">{workText(row.activeS)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('Session')}</th>
            <td colSpan={3} />
            <td className="number">{workText(total)}</td>
          </tr>
        </tfoot>
      </table>
      <p className={styles.faint}>
        {t('Time counts while somebody works: pauses of more than a minute are left out.')}
      </p>
      <ButtonLink
        icon="download"
        href={`/api/sessions/${encodeURIComponent(workspace.session.info.id)}/effort.csv`}
        download
        data-testid="effort-csv"
      >
        {t('Table as CSV')}
      </ButtonLink>
    </>
  );
}
