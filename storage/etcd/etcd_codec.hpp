// The language of etcd's JSON gateway (etcd 3.4 `rpc.proto`, paths under /v3/): requests written,
// answers read. Keys carry the prefix outside and lose it inside. No sockets.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "storage/control_store.hpp"

namespace warmfront::storage {

/// Part of an answer to a range.
struct range_page {
  std::vector<control_record> records;
  revision at = 0;   ///< of the view: the next page is asked at this one
  bool more = false; ///< there are records after the last
};

/// One message of a watch.
struct watch_message {
  std::vector<control_event> events;
  revision at = 0; ///< the member's own; 0 when it says none
  bool created = false;
  bool canceled = false;
  revision compacted = 0; ///< not 0: the asked revision is gone
};

/// Records of one page of a range.
inline constexpr std::size_t range_page_records = 1000;

class etcd_codec {
public:
  /// @param prefix of all keys of this cluster; other keys are never seen
  explicit etcd_codec(std::string prefix);

  /// @param after the last key of the page before, or empty
  /// @param at the revision of the first page; 0 for the newest
  [[nodiscard]] std::string range_request(std::string_view prefix, std::string_view after,
                                          revision at) const;
  [[nodiscard]] std::string transaction_request(const control_transaction& what) const;
  /// All keys of the cluster.
  [[nodiscard]] std::string watch_request(revision from) const;
  [[nodiscard]] static std::string grant_request(std::chrono::seconds time_to_live);
  [[nodiscard]] static std::string lease_request(lease_id lease);

  // All of these: `protocol` for what etcd does not write.
  [[nodiscard]] result<range_page> range_answer(std::string_view body) const;
  [[nodiscard]] static result<transaction_outcome> transaction_answer(std::string_view body);
  /// One line of the stream. An error that etcd itself reports is returned as `etcd_failure` does.
  [[nodiscard]] result<watch_message> watch_answer(std::string_view line) const;
  [[nodiscard]] static result<lease_id> grant_answer(std::string_view body);
  /// `not_found` when the lease has ended.
  [[nodiscard]] static result<void> keep_answer(std::string_view body, lease_id lease);

private:
  std::string prefix_;
};

/// What a body says that is no answer but an error, by its gRPC code; `unavailable` for those that
/// pass, `protocol` for a body that is none of etcd's.
/// @param attempted begins the text: "watch"
[[nodiscard]] error etcd_failure(std::string_view attempted, std::string_view body);

} // namespace warmfront::storage
