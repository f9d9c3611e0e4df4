#include "policy/records/kinds.h"

#include "policy/records/audits.h"
#include "policy/records/checks.h"
#include "policy/records/devices.h"
#include "policy/records/gaps.h"
#include "policy/records/hits.h"
#include "policy/records/holds.h"
#include "policy/records/hotlists.h"
#include "policy/records/imports.h"
#include "policy/records/keys.h"
#include "policy/records/outlines.h"
#include "policy/records/oversight.h"
#include "policy/records/people.h"
#include "policy/records/policies.h"
#include "policy/records/queries.h"
#include "policy/records/reads.h"
#include "policy/records/recipients.h"
#include "policy/records/reconciliations.h"
#include "policy/records/records_requests.h"
#include "policy/records/reports.h"
#include "policy/records/reviews.h"
#include "policy/records/second_factor.h"
#include "policy/records/sessions.h"
#include "policy/records/sharing.h"
#include "policy/records/shift_lists.h"
#include "policy/records/source_grants.h"
#include "policy/records/stops.h"
#include "policy/records/system.h"

namespace alpr::policy {

std::vector<chain::Kind> system_kinds() {
  return {kind_of<PolicyAdopted>(),  kind_of<PolicyProposed>(), kind_of<PolicyDenied>(),
          kind_of<CommandRefused>(), kind_of<KeysHandled>(),    kind_of<WitnessSilent>(),
          kind_of<DiskLow>(),        kind_of<SettingsInForce>()};
}

std::vector<chain::Kind> people_kinds() {
  return {kind_of<UserEnrolled>(),       kind_of<UserConfirmed>(),   kind_of<PasswordSet>(),
          kind_of<RoleGrantRequested>(), kind_of<RoleGranted>(),     kind_of<RoleGrantDenied>(),
          kind_of<RoleEnded>(),          kind_of<UserDesignated>(),  kind_of<DesignationRevoked>(),
          kind_of<TrainingCompleted>(),  kind_of<UserDeactivated>(), kind_of<PasswordWithdrawn>(),
          kind_of<ListImported>()};
}

std::vector<chain::Kind> sessions_kinds() {
  return {kind_of<SessionOpened>(),         kind_of<SessionClosed>(),
          kind_of<LoginFailed>(),           kind_of<AccountLocked>(),
          kind_of<SessionMoved>(),          kind_of<SessionFlagged>(),
          kind_of<SessionReviewed>(),       kind_of<SecondFactorOffered>(),
          kind_of<SecondFactorConfirmed>(), kind_of<SecondFactorRemoved>()};
}

std::vector<chain::Kind> devices_kinds() {
  return {kind_of<DeviceEnrolled>(), kind_of<DeviceRevoked>(), kind_of<DeviceRekeyed>()};
}

const chain::KindRegistry& kinds() {
  static const chain::KindRegistry registry = [] {
    std::vector<chain::Kind> all = chain::ledger_kinds();
    for (const auto& topic : {
             system_kinds(),     people_kinds(),          sessions_kinds(),
             devices_kinds(),    reads_kinds(),           hotlists_kinds(),
             hits_kinds(),       shift_lists_kinds(),     stops_kinds(),
             queries_kinds(),    reviews_kinds(),         holds_kinds(),
             recipients_kinds(), sharing_kinds(),         records_requests_kinds(),
             audits_kinds(),     reports_kinds(),         gaps_kinds(),
             checks_kinds(),     oversight_kinds(),       source_grants_kinds(),
             outlines_kinds(),   reconciliations_kinds(),
         }) {
      all.insert(all.end(), topic.begin(), topic.end());
    }
    return chain::KindRegistry(std::move(all));
  }();
  return registry;
}

}  // namespace alpr::policy
