// The log as those entitled may read it: checkpoints and tiles (C2SP tlog-checkpoint, tlog-tiles),
// proofs (tlog-proof), receipts.
#include "api/cosigners.h"
#include "api/endpoints/log_access.h"
#include "api/gone.h"
#include "api/receipt.h"
#include "ledger/chain/tiles.h"

namespace alpr::api {

namespace {

using chain::Json;

struct Path {
  std::vector<std::string> hashes;  // base64, leaf side first
  std::int64_t size = 0;
  template <typename M>
  void members(M& m) {
    m("hashes", hashes);
    m("size", size);
  }
};

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kChanging = "max-age=2";
// By name and for ever: a tile's content follows from its path, whatever is purged.
constexpr std::string_view kImmutable = "max-age=31536000, immutable";

Response path_answer(const Result<std::vector<Digest>>& path, std::uint64_t size) {
  if (!path) return problem(path.error());
  Path answer{{}, static_cast<std::int64_t>(size)};
  for (const Digest& digest : *path) answer.hashes.push_back(chain::base64(digest));
  return json_answer(answer);
}

// The tree size that the query names, or nothing.
Result<std::optional<std::uint64_t>> asked_size(const Call& call, std::uint64_t size) {
  const auto at = call.number("size", 1, static_cast<std::int64_t>(size), 0);
  if (!at) return tl::unexpected(at.error());
  if (*at == 0) return std::nullopt;
  return static_cast<std::uint64_t>(*at);
}

Response checkpoint(Context& context, const Call& call) {
  store::Store& store = context.service.store();
  if (const auto cosigned = call.query.find("cosigned"); cosigned != call.query.end()) {
    if (cosigned->second != "true" || call.query.contains("size"))
      return problem(Error{ErrorCode::kMalformed, "cosigned: true, and no size with it"});
    if (!context.cosigners)
      return problem(Error{ErrorCode::kNotFound, "this server has no witness policy"});
    auto note = context.cosigners->newest_cosigned();
    if (!note) return problem(note.error());
    return conditional(call, std::move(*note), kText, kChanging);
  }
  const auto size = asked_size(call, store.size());
  if (!size) return problem(size.error());
  auto note = *size ? store.checkpoint(**size) : store.newest_checkpoint();
  if (!note) return problem(note.error());
  return conditional(call, std::move(*note), kText, kChanging);
}

Response tlog_proof(Context& context, const Call& call) {
  const auto seq = call.seq("event");
  if (!seq) return problem(seq.error());
  if (auto refused = refuse_log_of(context, call, *seq)) return std::move(*refused);
  store::Store& store = context.service.store();
  const auto size = asked_size(call, store.size());
  if (!size) return problem(size.error());
  auto proof = *size ? store.tlog_proof(*seq, **size) : store.tlog_proof(*seq);
  if (!proof) return problem(proof.error());
  return conditional(call, std::move(*proof), kText, kChanging);
}

Result<chain::TileName> asked_tile(const Call& call) {
  auto name = chain::parse_tile_path("tile/" + call.path.find("tile")->second);
  if (!name) return fail(ErrorCode::kNotFound, "no such tile path");
  return name;
}

Response tile_answer(Context& context, const Call& call, const chain::TileName& name) {
  const auto bytes = name.entries
                         ? context.service.store().entries(name.tile.index, name.tile.width)
                         : context.service.store().tile(name.tile);
  if (!bytes) return problem(bytes.error());
  return conditional(call, std::string(as_text(*bytes)), "application/octet-stream", kImmutable);
}

Response tile(Context& context, const Call& call) {
  const auto name = asked_tile(call);
  return name ? tile_answer(context, call, *name) : problem(name.error());
}

Response inclusion(Context& context, const Call& call) {
  const auto size = static_cast<std::int64_t>(context.service.store().size());
  const auto seq = call.number("seq", 0, size - 1, -1);
  if (!seq) return problem(seq.error());
  const auto at = call.number("size", 1, size, size);
  if (!at) return problem(at.error());
  if (*seq < 0) return problem(Error{ErrorCode::kMalformed, "seq: say which event"});
  return path_answer(context.service.store().inclusion_path({static_cast<std::uint64_t>(*seq)},
                                                            static_cast<std::uint64_t>(*at)),
                     static_cast<std::uint64_t>(*at));
}

Response consistency(Context& context, const Call& call) {
  const auto size = static_cast<std::int64_t>(context.service.store().size());
  const auto old = call.number("old", 1, size, -1);
  if (!old) return problem(old.error());
  const auto at = call.number("size", 1, size, size);
  if (!at) return problem(at.error());
  if (*old < 0) return problem(Error{ErrorCode::kMalformed, "old: say from which size"});
  return path_answer(context.service.store().consistency_path(static_cast<std::uint64_t>(*old),
                                                              static_cast<std::uint64_t>(*at)),
                     static_cast<std::uint64_t>(*at));
}

// Everything to the event's own actor, open members alone to others.
Response receipt(Context& context, const Call& call) {
  const auto seq = call.seq("event");
  if (!seq) return problem(seq.error());
  if (auto refused = refuse_log_of(context, call, *seq)) return std::move(*refused);
  store::Store& store = context.service.store();
  std::optional<bool> own;
  const auto made = receipt_of(store, *seq, [&](const chain::EventView& event, const auto&) {
    if (!own) own = is_by(event, call.actor->username);
    return *own;
  });
  if (!made) return event_problem(store, *seq, made.error());
  return json_answer(*made);
}

// ---- what everybody may read, late, where the policy in force says so ----

// The checkpoint that is published now. kNotFound: nothing is.
Result<std::string> published(Context& context) {
  const auto lag = context.service.policy()->parameters.tiles_published_after_seconds;
  if (!lag) return fail(ErrorCode::kNotFound, "this log is not published");
  return context.service.store().checkpoint_until({context.service.now().value - *lag * kSecondUs});
}

Response published_checkpoint(Context& context, const Call& call) {
  auto note = published(context);
  if (!note) return problem(note.error());
  return conditional(call, std::move(*note), kText, kChanging);
}

Response published_tile(Context& context, const Call& call) {
  const auto note = published(context);
  if (!note) return problem(note.error());
  const auto signed_note = chain::parse_note(*note);
  const auto head = signed_note ? chain::parse_checkpoint_text(signed_note->text)
                                : Result<chain::Checkpoint>(tl::unexpected(signed_note.error()));
  if (!head) return problem(Error{ErrorCode::kCorrupt, "a kept checkpoint does not read back"});
  const auto name = asked_tile(call);
  if (!name) return problem(name.error());
  const chain::TileId& id = name->tile;
  if (id.width > chain::tile_width(id.level, id.index, head->size))
    return problem(Error{ErrorCode::kNotFound, "no such tile in the published tree"});
  return tile_answer(context, call, *name);
}

constexpr std::string_view kReadersAndActor =
    "PAC_AUDITOR, COORDINATOR, ADMINISTRATOR, IT_UNIT, or the person who acted";

// An endpoint whose whole answer is for readers of the log.
Endpoint for_readers(Context& context, Endpoint endpoint,
                     Response (*answer)(Context&, const Call&)) {
  endpoint.method = "GET";
  endpoint.who = kLogReaders;
  endpoint.rules = {"I12-F-0", "I12-L-1"};
  return without_body(std::move(endpoint), [&context, answer](const Call& call) {
    auto refused = refuse_log(context, call);
    return refused ? std::move(*refused) : answer(context, call);
  });
}

}  // namespace

void add_log_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(for_readers(
      context,
      {.path = "/log/checkpoint",
       .summary =
           "The newest signed checkpoint, the kept one of a size, or the newest that a quorum "
           "of witnesses cosigned (C2SP tlog-checkpoint)",
       .query = {"size", "cosigned"},
       .answer_type = std::string(kText)},
      checkpoint));
  endpoints.add(for_readers(context,
                            {.path = "/log/tile/{tile...}",
                             .summary = "A tile or entry bundle (C2SP tlog-tiles)",
                             .answer_type = "application/octet-stream"},
                            tile));
  endpoints.add(without_body(
      {.method = "GET",
       .path = "/public/log/checkpoint",
       .access = Access::kPublic,
       .summary =
           "The newest checkpoint that is old enough for everybody; 404 unless the policy in "
           "force publishes the log (tiles_published_after_seconds)",
       .who = "everybody",
       .rules = {"I12-E-5", "I12-HDR-1"},
       .answer_type = std::string(kText)},
      [&context](const Call& call) { return published_checkpoint(context, call); }));
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/public/log/tile/{tile...}",
                    .access = Access::kPublic,
                    .summary = "A tile or entry bundle of the published tree",
                    .who = "everybody",
                    .rules = {"I12-E-5", "I12-HDR-1"},
                    .answer_type = "application/octet-stream"},
                   [&context](const Call& call) { return published_tile(context, call); }));
  endpoints.add(for_readers(context,
                            {.path = "/log/proof/inclusion",
                             .summary = "Inclusion path of an event in a tree size",
                             .query = {"seq", "size"},
                             .answer = members_of<Path>()},
                            inclusion));
  endpoints.add(for_readers(context,
                            {.path = "/log/proof/consistency",
                             .summary = "Consistency path between two tree sizes",
                             .query = {"old", "size"},
                             .answer = members_of<Path>()},
                            consistency));
  endpoints.add(without_body(
      {.method = "GET",
       .path = "/log/proof/{event}",
       .summary = "An event's signature to hand out, against the newest checkpoint or the kept one "
                  "of a size (C2SP tlog-proof)",
       .who = std::string(kReadersAndActor),
       .rules = {"I12-F-0", "I12-L-1"},
       .query = {"size"},
       .answer_type = std::string(kText)},
      [&context](const Call& call) { return tlog_proof(context, call); }));
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/events/{event}/receipt",
                    .summary = "Header, disclosed members with their salts, and proof of one event",
                    .who = std::string(kReadersAndActor) + "; sealed members only to the latter",
                    .rules = {"I12-F-0", "I12-L-1"},
                    .answer = members_of<Receipt>()},
                   [&context](const Call& call) { return receipt(context, call); }));
}

}  // namespace alpr::api
