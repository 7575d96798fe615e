/** What was done about an alarm. */
import { AcknowledgeDocument, type AlarmedFragment } from "../api/generated/supervision/graphql";
import { ALARM_KINDS } from "./Alarms";
import { Reasoned } from "./Reasoned";
import { askOffice } from "./session";
import { Both } from "./words";

interface Props {
  alarm: AlarmedFragment;
  /** The acknowledged alarm, or null where it was given up. */
  onEnd: (done: AlarmedFragment | null) => void;
}

export function Acknowledge({ alarm, onEnd }: Props) {
  return (
    <Reasoned
      heading={<Both {...ALARM_KINDS[alarm.kind]} />}
      why={{ zh: "已采取的措施（必填）", en: "What was done (required)" }}
      yes={{ zh: "确认告警", en: "Acknowledge" }}
      onSend={async (done) => {
        onEnd((await askOffice(AcknowledgeDocument, { id: alarm.id, done })).acknowledgeAlarm);
      }}
      onGivenUp={() => onEnd(null)}
    />
  );
}
