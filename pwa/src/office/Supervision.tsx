/** The network as it is this second, `/#/supervision`: for supervisors, auditors and administrators. */
import "./office.css";
import "./supervision.css";
import { useEffect } from "preact/hooks";
import { now } from "../state/clock";
import { here } from "../state/server";
import { Alarms } from "./Alarms";
import { CountyTable } from "./CountyTable";
import { DeadPiles } from "./DeadPiles";
import { Matrix } from "./Matrix";
import { NetworkMap } from "./NetworkMap";
import { OfficePage, openPage } from "./OfficePage";
import { Operators } from "./Operators";
import { ageWords, type Picture, percent } from "./picture";
import { token } from "./session";
import { live, picture, trouble, watchNetwork } from "./watched";
import { Both } from "./words";

export function openSupervision(root: HTMLElement): void {
  openPage(root, "#/supervision", "运行监管 · Supervision", <Supervision />);
}

function Supervision() {
  return (
    <OfficePage
      name="supervision"
      style="supervision"
      title={{ zh: "充电网络运行监管", en: "The network now" }}
      roles={["SUPERVISOR", "AUDITOR", "ADMINISTRATOR"]}
      refused={{
        zh: "您的账户没有监管、审计或管理员角色，请联系管理员。",
        en: "Your account is no supervisor's, auditor's or administrator's: ask an administrator.",
      }}
    >
      <Network />
    </OfficePage>
  );
}

function Network() {
  useEffect(watchNetwork, []);
  const told = picture.value;
  return (
    <>
      {trouble.value !== null && (
        <p role="alert" class="wrong">
          {trouble.value}
        </p>
      )}
      {told === null && trouble.value === null && (
        <p role="status">
          <Both zh="正在加载…" en="Loading…" />
        </p>
      )}
      {told && (
        <>
          <Head told={told} />
          <Alarms told={told} />
          <NetworkMap told={told} />
          <CountyTable told={told} />
          <Matrix told={told} />
          <Operators told={told} />
          <DeadPiles told={told} />
        </>
      )}
    </>
  );
}

function Head({ told }: { told: Picture }) {
  const { total } = told;
  const at = new Intl.DateTimeFormat("zh-CN", { dateStyle: "long", timeStyle: "medium" }).format(new Date(told.at));
  const practice = told.operators.length > 0 && told.operators.every((operator) => operator.practice);
  const oldest = total.oldestAt ? (now.value - here(total.oldestAt)) / 1000 : null;
  return (
    <section class="network-head" aria-label="总览 Overview">
      <p>
        <span class={`tag ${live.value ? "live" : "still"}`}>
          {live.value ? <Both zh="实时" en="live" /> : <Both zh="未连接，数字停在下列时刻" en="not connected" />}
        </span>{" "}
        <Both zh={`截至 ${at}`} en="last change" />
      </p>
      {practice && (
        <p class="practice">
          <strong>演示数据</strong> 这些充电站为练习而生成。{" "}
          <span lang="en">Practice data: the stations are made up.</span>
        </p>
      )}
      <dl class="figures">
        <Figure zh="充电站" en="stations" value={String(total.stations)} />
        <Figure zh="充电位" en="bays" value={String(total.evses)} />
        <Figure zh="空闲" en="free" value={String(total.available)} />
        <Figure zh="正在充电" en="charging" value={String(total.charging)} />
        <Figure zh="可用率" en="usable" value={percent(total.usableShare)} />
        <Figure zh="时限内有消息" en="told in time" value={percent(total.toldShare)} />
        <Figure zh="最旧的消息" en="oldest news" value={ageWords(oldest)} />
        <Figure
          zh={`功率（${total.kwEvses} 个充电位已报）`}
          en={`power told by ${total.kwEvses}, kW`}
          value={total.kw == null ? "—" : total.kw.toFixed(0)}
        />
      </dl>
      <div class="states no-print">
        <button type="button" class="button" onClick={() => void download()}>
          CSV
        </button>
        <button type="button" class="button" onClick={() => print()}>
          <Both zh="打印" en="Print" />
        </button>
      </div>
    </section>
  );
}

function Figure({ zh, en, value }: { zh: string; en: string; value: string }) {
  return (
    <div>
      <dt>
        <Both zh={zh} en={en} />
      </dt>
      <dd>{value}</dd>
    </div>
  );
}

/** In the official's name, which a link cannot say. */
async function download(): Promise<void> {
  const answer = await fetch("/supervision/picture.csv", { headers: { Authorization: `Bearer ${await token()}` } });
  if (!answer.ok) {
    trouble.value = `表格未能下载 · the table was not downloaded (${answer.status})`;
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = "picture.csv";
  link.click();
  URL.revokeObjectURL(link.href);
}
