// The registers' table numbers (first byte of a row's key at rest). Never reused.
#pragma once

#include "ledger/chain/registers.h"

namespace alpr::policy::table {

inline constexpr chain::Table kUsers = 1;           // text username -> UserRow
inline constexpr chain::Table kSessions = 2;        // number session.opened seq -> SessionRow
inline constexpr chain::Table kGrantRequests = 3;   // number request seq -> GrantRequestRow
inline constexpr chain::Table kUserList = 4;        // number user.enrolled seq -> username
inline constexpr chain::Table kDevices = 5;         // text device -> DeviceRow
inline constexpr chain::Table kDeviceList = 6;      // number device.enrolled seq -> device
inline constexpr chain::Table kPolicyVersions = 7;  // number version -> PolicyRow
inline constexpr chain::Table kPolicyProposals =
    8;  // number policy.proposed seq -> PolicyProposalRow
inline constexpr chain::Table kSessionFlags =
    9;  // number session.flagged seq -> SessionFlagRow, until it is reviewed
inline constexpr chain::Table kUploads =
    16;  // number device.enrolled seq, number batch -> UploadRow (scoped to upload.received)
inline constexpr chain::Table kBatchHighest =
    17;  // text device -> highest batch number ever (see bucket.summarised)
inline constexpr chain::Table kHits = 18;      // number hit seq -> HitRow (scoped to hit.raised)
inline constexpr chain::Table kHotlists = 19;  // text source -> HotlistRow: the active version
inline constexpr chain::Table kHotlistVersions =
    20;  // number hotlist.loaded seq -> HotlistVersionRow
inline constexpr chain::Table kEntries =
    21;  // number entry-requested seq -> EntryRow (custom BOLO)
inline constexpr chain::Table kResponses =
    22;  // number hit seq -> HitResponseRow (permanent: steps, state, stop)
inline constexpr chain::Table kStops = 23;      // number stop.documented seq -> StopRow
inline constexpr chain::Table kSummaries = 24;  // number bucket -> SummaryRow
inline constexpr chain::Table kHitsShown =
    25;  // number hit seq, text username -> the hits.disclosed that showed it (permanent)
inline constexpr chain::Table kHotlistAlarms =
    26;  // text source -> HotlistAlarmRow, until a good import of it
inline constexpr chain::Table kHoldRequests = 32;  // number hold.requested seq -> HoldRequestRow
inline constexpr chain::Table kHolds = 33;         // number hold.placed seq -> HoldRow
inline constexpr chain::Table kQueries =
    34;  // number query.performed seq -> QueryRow (who may see which images)
inline constexpr chain::Table kListCopies = 44;  // number lists.taken seq -> CopyRow
inline constexpr chain::Table kListsAsked =
    45;  // text device -> when it last asked for lists, by its own clock
inline constexpr chain::Table kRecipients = 50;  // number recipient.registered seq -> RecipientRow
inline constexpr chain::Table kRecipientNames =
    51;  // text name as compared -> RecipientName: its recipient.registered
inline constexpr chain::Table kSharing = 52;    // number sharing.requested seq -> SharingRow
inline constexpr chain::Table kDocuments = 53;  // number document.filed seq -> DocumentRow
inline constexpr chain::Table kRecordsRequests =
    54;  // number records.requested seq -> RecordsRequestRow

inline constexpr chain::Table kSettings = 70;  // number 0 -> SettingsRow: those in force
inline constexpr chain::Table kReviews = 46;  // number review.raised seq -> ReviewRow, till decided
inline constexpr chain::Table kLookups = 47;  // text username, text pattern -> LookupRow
inline constexpr chain::Table kQueryTimes = 48;     // text username -> LookupRow
inline constexpr chain::Table kFlaggedPlaces = 49;  // number place.flagged seq -> PlaceRow
inline constexpr chain::Table kMemberPlates = 63;   // text plate -> MemberPlateRow
inline constexpr chain::Table kAudits = 57;         // number audit.planned seq -> AuditRow
inline constexpr chain::Table kAuditItems = 58;     // number audit, number item -> AuditItemRow
inline constexpr chain::Table kAuditCounts =
    59;  // number population -> AuditCountRow: all plans, so that none is forgotten
inline constexpr chain::Table kSelfChecks = 60;  // number system.checked seq -> SelfCheckRow

inline constexpr chain::Table kReports = 64;       // number report.disclosed seq -> ReportRow
inline constexpr chain::Table kReportYears = 65;   // number year -> ReportYearRow
inline constexpr chain::Table kReportsSince = 66;  // number 0 -> ReportsSinceRow
inline constexpr chain::Table kGaps = 67;          // number gap.recorded seq -> GapRow
inline constexpr chain::Table kChecks = 71;        // number check, number month -> CheckRow
inline constexpr chain::Table kAccountUse = 72;    // text username -> AccountUseRow
inline constexpr chain::Table kComplaints = 73;    // number complaint.recorded seq -> ComplaintRow
inline constexpr chain::Table kBreaches = 74;      // number breach.recorded seq -> BreachRow
inline constexpr chain::Table kViolations = 75;    // number violation.recorded seq -> ViolationRow
inline constexpr chain::Table kCosts = 76;         // number year, number category -> CostRow
inline constexpr chain::Table kSourceGrants = 77;  // text username, number source -> SourceGrantRow
inline constexpr chain::Table kOutlines = 78;      // text area -> OutlineRow

}  // namespace alpr::policy::table
