/** All that sending takes, as one chunk. */
export { sendReport, sendWaiting } from "../../state/reportSend";
export { SignIn } from "../account/SignIn";
export { ReportSheet } from "./ReportSheet";
