// What the actor of groups does around its book. Inside `actors/groups` only.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/groups/group_book.hpp"
#include "actors/groups/groups_actor.hpp"
#include "actors/groups/list_builder.hpp"

namespace warmfront {

/// Lives in the actor's state and only on its thread.
class groups_host {
public:
  using self_pointer = groups_shell::stateful_pointer<groups_state>;
  template <class T>
  using promise_of = caf::typed_response_promise<answer<T>>;

  groups_host(self_pointer self, groups_ports ports);

  void start() { mirror_.start(); }
  /// Runs `work` now, or once the groups are read.
  void when_loaded(std::function<void()> work) { mirror_.when_loaded(std::move(work)); }

  void create(const create_group& m, promise_of<group_report> promise);
  void remove(const delete_group& m, promise_of<done> promise);
  void import(const import_list& m, promise_of<import_report> promise);
  void page(const list_recipients& m, promise_of<recipient_page> promise);
  void use(const use_group& m, promise_of<group_report> promise);
  [[nodiscard]] const group_book& book() const noexcept { return book_; }

private:
  struct import_run;
  using run_pointer = std::shared_ptr<import_run>;
  using group_identity = std::pair<account_name, group_name>;
  using then_octets = std::function<void(result<chunk_octets>)>;

  void note(const result<void>& outcome);
  void fetch(const chunk_id& id, then_octets then);
  void store(std::vector<chunk_octets> chunks, std::function<void(result<stored_chunks>)> then);
  control_mirror::change_callback tell(const account_name& account, const group_name& name,
                                       promise_of<group_report> promise);

  // ---- one import at a time for each group (groups_actor_import.cpp)
  void begin(const run_pointer& run);
  void read_base(const run_pointer& run);
  void read_base_segment(const run_pointer& run, std::size_t number);
  void read_piece(const run_pointer& run);
  void take_piece(const run_pointer& run, const result<std::string>& piece);
  void store_segments(const run_pointer& run, std::function<void()> then);
  void finish(const run_pointer& run);
  void make_version(const run_pointer& run, const chunk_id& list);
  void fail(const run_pointer& run, const error& why);
  void ended(const run_pointer& run);

  void add_items(std::shared_ptr<recipient_page> page, const list_manifest& list,
                 std::size_t segment, std::uint64_t skip, std::size_t limit,
                 promise_of<recipient_page> promise);

  self_pointer self_;
  groups_ports ports_;
  std::function<void(std::chrono::milliseconds, std::function<void()>)> run_;
  group_book book_;
  control_mirror mirror_;
  std::map<group_identity, std::deque<run_pointer>> imports_; ///< the first is under way
};

} // namespace warmfront
