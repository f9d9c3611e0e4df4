#include "api/gone.h"

#include "api/problem.h"

namespace alpr::api {

Response event_problem(const store::Store& store, Sequence event, const Error& error) {
  if (error.code != ErrorCode::kGone) return problem(error);
  const auto tombstone = store.tombstone_of(event);
  // Due to the second, and its purge has not run yet: there is no tombstone to name.
  if (!tombstone || !*tombstone) return problem(error);
  Problem gone = problem_of(error);
  gone.tombstone = *tombstone;
  return problem(gone);
}

}  // namespace alpr::api
