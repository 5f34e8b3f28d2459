// Any octets as a record of the audit log, as a key or an id of it, and as JSON that it keeps.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "admin/api/audit_entry.hpp"
#include "admin/api/json.hpp"
#include "storage/audit_log.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string_view octets{reinterpret_cast<const char*>(data), size};
  if (const auto record = storage::decode_audit_record(octets);
      record &&
      storage::decode_audit_record(storage::encode(record.value())).value() != record.value())
    std::abort();
  if (const auto where = storage::parse_audit_key(octets);
      where && storage::audit_key(static_cast<storage::audit_stream>(octets[1]), *where) != octets)
    std::abort();
  if (const auto where = storage::parse_audit_id(octets);
      where && storage::audit_id(*where, octets.substr(25)) != octets)
    std::abort();
  const auto parsed = admin::parse_json(octets);
  if (const auto* const value = std::get_if<admin::json>(&parsed)) {
    const auto kept = admin::audit_asked(*value, *value);
    if (kept.size() > admin::audit_asked_octets_max ||
        (!kept.empty() && std::holds_alternative<admin::json_fault>(admin::parse_json(kept))))
      std::abort();
  }
  return 0;
}
