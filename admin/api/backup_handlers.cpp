#include <fmt/core.h>

#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

outcome list_backups(call& request, const answers&) {
  auto known = request.node->backups ? request.node->backups() : backup_state{};
  return page(request, std::move(known.backups), [](const storage::stored_backup& each) {
    return fmt::format("{:010}", each.number);
  });
}

outcome begin_backup(call& request, const answers&) {
  if (!request.node->begin_backup)
    return fail(to_problem({errc::unavailable, "This node makes no backups.", "", ""}));
  const auto begun = request.node->begin_backup();
  return begun ? respond(request, to_json(begun.value())) : fail(to_problem(begun.error()));
}

outcome show_backup_progress(call& request, const answers&) {
  return respond(request,
                 to_json(request.node->backups ? request.node->backups() : backup_state{}));
}

} // namespace warmfront::admin::handlers
