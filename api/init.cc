#include "api/init.h"

#include "ledger/chain/keys.h"
#include "ledger/store/sequencer.h"
#include "policy/records/kinds.h"
#include "policy/registers/fold.h"
#include "policy/rules/codes.h"
#include "policy/rules/first_events.h"

namespace alpr::api {

Result<MadeLog> make_log(const store::StorePlaces& places, const NewLog& log,
                         std::shared_ptr<const store::Clock> clock,
                         const store::StoreSettings& settings) {
  MadeLog made;
  policy::InitPlan plan{log.department, {}};
  for (const NewHolder& holder : log.holders) {
    policy::CodeBits bits;
    chain::random_bytes(bits);
    Salt salt;
    chain::random_bytes(salt);
    const std::string code = policy::code_text(bits);
    chain::wipe(bits);
    plan.holders.push_back({holder.role, holder.username, holder.name, holder.user_class,
                            policy::digest_code(code, salt)});
    made.codes.push_back({holder.username, holder.role, code});
  }
  // A plan that the order refuses leaves no store behind.
  if (auto events = policy::first_events(plan, {clock->now(), Sequence{1}, nullptr}); !events)
    return tl::unexpected(events.error());
  if (auto created = store::Store::create(places, log.origin, settings); !created)
    return tl::unexpected(created.error());
  auto store = store::Store::open(places, std::move(clock), policy::kinds(), settings);
  if (!store) return tl::unexpected(store.error());
  made.vkey = chain::format_vkey((*store)->log_vkey());
  const auto sequencer = store::Sequencer::start(**store, policy::fold(), {});
  auto committed = sequencer->run([&](store::Transaction& transaction) -> Result<void> {
    auto genesis = transaction.append(
        store::genesis_draft((*store)->log_vkey(), log.simulated, log.predecessor));
    if (!genesis) return tl::unexpected(genesis.error());
    const auto events =
        policy::first_events(plan, {transaction.now(), transaction.next(), nullptr});
    if (!events) return tl::unexpected(events.error());
    for (const chain::Draft& draft : *events) {
      if (auto appended = transaction.append(draft); !appended)
        return tl::unexpected(appended.error());
    }
    return {};
  });
  if (!committed) return tl::unexpected(committed.error());
  return made;
}

}  // namespace alpr::api
