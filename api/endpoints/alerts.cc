// Alerts: hits on their way to officers, as server-sent events (the HTML standard, section 9.2).
//
// The number of a hit's event is the event's `id`, so that a client which lost its connection sends
// Last-Event-ID and gets what it missed, and the server keeps nothing about it. Each alert's data
// is what GET /v1/hits/{hit} gives.
#include "api/alerts.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/api.h"
#include "api/shown_hits.h"
#include "ledger/chain/encoding.h"
#include "policy/registers/hotlists.h"

namespace alpr::api {

namespace {

// A client that lost its connection waits so long before it comes back.
constexpr std::string_view kOpening = "retry: 2000\n\n";
// A comment: it tells proxies and the peer that the line is up, and the server that it is not.
constexpr std::string_view kNothingNew = ":\n\n";

struct StaleList {
  policy::HotlistSource source{};
  TimeUs loaded_at;
  Sequence event;  // hotlist.stale
  template <typename M>
  void members(M& m) {
    m("source", source);
    m("loaded_at", loaded_at);
    m("event", event);
  }
};

struct Pushed {
  Outcome outcome;
  std::string text;
  Sequence last;  // the newest hit in it; `after` where there is none
};

// One push: what is waiting is recorded as disclosed in one event, and then written.
Pushed push(Context& context, const policy::Actor& actor, Sequence after) {
  DisclosedHits disclosed = disclose_hits(context, actor, {.after = after});
  Pushed pushed{disclosed.outcome, {}, after};
  const auto policy = context.service.policy();
  for (const policy::HitView& view : disclosed.hits) {
    const HitList alert{disclosed.event.seq,
                        disclosed.event.leaf,
                        disclosed.event.receipt,
                        {shown(view, policy->parameters)}};
    pushed.text += fmt::format("id: {}\nevent: hit\ndata: {}\n\n", view.hit.hit.value,
                               policy::to_json_text(alert));
    pushed.last = view.hit.hit;
  }
  return pushed;
}

// Lists that became stale after event `seen`, which is moved on: hits of them may be missing
// (I12-C2A-8, C2B1-1). hotlist.stale is an open event and holds nothing of a person: to tell it is
// no disclosure. It has no `id`, so that it does not stand for a hit.
Result<std::string> stale_lists(const chain::RegisterReader& rows, Sequence& seen) {
  const auto lists = policy::active_lists(rows);
  if (!lists) return tl::unexpected(lists.error());
  std::string text;
  Sequence newest = seen;
  for (const policy::HotlistRow& list : *lists) {
    if (!list.stale || *list.stale <= seen) continue;
    const StaleList stale{list.source, list.loaded_at, *list.stale};
    text += fmt::format("event: list-stale\ndata: {}\n\n", policy::to_json_text(stale));
    newest = std::max(newest, *list.stale);
  }
  seen = newest;
  return text;
}

class AlertStream final : public Stream {
 public:
  AlertStream(Context& context, const Digest& token, Sequence after,
              std::unique_ptr<Alerts::Place> place)
      : context_(context), token_(token), last_(after), place_(std::move(place)) {}

  void listen(Wake wake) override { place_->listen(std::move(wake)); }

  std::optional<std::string> next() override {
    if (place_->taken()) return std::nullopt;
    const auto actor = context_.sessions.waiting_actor(token_);
    if (!actor) return std::nullopt;
    const auto snapshot = context_.service.snapshot();
    const auto waiting = policy::hits_after(*snapshot.rows, last_, snapshot.moment.now, 1);
    if (!waiting) return std::nullopt;
    auto stale = stale_lists(*snapshot.rows, stale_seen_);
    if (!stale) return std::nullopt;
    if (waiting->empty()) return stale->empty() ? std::string(kNothingNew) : std::move(*stale);
    // Refused (and on the record) or not recorded: nothing is shown, and the client, which comes
    // back, is told why.
    Pushed pushed = push(context_, *actor, last_);
    if (!pushed.outcome.done()) return std::nullopt;
    last_ = pushed.last;
    place_->wake();  // more may be waiting than one push holds
    return *stale + pushed.text;
  }

 private:
  Context& context_;
  const Digest token_;
  Sequence last_;           // the newest hit that was shown
  Sequence stale_seen_{0};  // the newest hotlist.stale that was told
  const std::unique_ptr<Alerts::Place> place_;
};

// Hits after this event are news: as the client says, or from now on.
Result<Sequence> news_after(const Context& context, const Call& call) {
  const std::uint64_t size = context.service.store().size();
  std::string_view given = call.request.header("last-event-id");
  if (given.empty()) {
    const auto after = call.query.find("after");
    if (after == call.query.end()) return Sequence{size - 1};
    given = after->second;
  }
  const auto number = chain::parse_decimal(given);
  if (!number || *number >= size)
    return fail(ErrorCode::kMalformed,
                "Last-Event-ID or after: expected the number of an event of this log");
  return Sequence{*number};
}

Response open(Context& context, const Call& call) {
  const auto after = news_after(context, call);
  if (!after) return problem(after.error());
  // First, so that nothing is recorded as disclosed which then finds no place.
  auto place = context.alerts->enter(call.actor->username);
  if (!place)
    return problem(Error{ErrorCode::kBusy, "as many streams of alerts are open as may be"});
  Pushed pushed = push(context, *call.actor, *after);
  if (!pushed.outcome.done()) return not_done(pushed.outcome);
  Response response{200, "text/event-stream", std::string(kOpening) + pushed.text, {}};
  response.headers.emplace_back("X-Accel-Buffering", "no");  // a proxy must not hold alerts back
  response.stream = std::make_shared<AlertStream>(
      context, *Sessions::digest_of(call.request.header("authorization")), pushed.last,
      std::move(place));
  return response;
}

}  // namespace

void add_alert_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body(
      {.method = "GET",
       .path = "/v1/alerts",
       .summary = "Hits as they are raised, as server-sent events that each hold one hit; each "
                  "look is recorded first; Last-Event-ID or after: the hit seen last",
       .who = "a trained user",
       .rules = {"I12-DEF-3", "I12-C2A-8", "I12-C2B2-3", "I12-F-2", "I12-G-1"},
       .query = {"after"},
       .answer_type = "text/event-stream",
       .answer = members_of<HitList>()},
      [&context](const Call& call) { return open(context, call); }));
}

}  // namespace alpr::api
