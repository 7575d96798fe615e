/** The officials' page, `/#/office/differences`: an entry of its own, of which a driver's phone loads nothing. */
import { Differences } from "./Differences";
import { OfficePage, openPage } from "./OfficePage";

export function openOffice(root: HTMLElement): void {
  openPage(root, "#/office", "对账 · Office", <Office />);
}

function Office() {
  return (
    <OfficePage
      name="office"
      title={{ zh: "账务办公室", en: "Office of the books" }}
      roles={["AUDITOR", "ADMINISTRATOR"]}
      refused={{
        zh: "您的账户没有审计或管理员角色，请联系管理员。",
        en: "Your account is neither an auditor's nor an administrator's: ask an administrator.",
      }}
    >
      <Differences />
    </OfficePage>
  );
}
