// How a node becomes and stays a member of its cluster, and how it sees that others are gone. Pure:
// no CAF, no I/O, time passed in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/cluster/node_book.hpp"
#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/messages/member.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

struct membership_settings {
  node_name self;
  std::string address;         ///< advertised to peers
  std::string key_fingerprint; ///< of this node's public key; empty only when `alone`
  /// Names the data directory, which only one process can have locked: a restarted process takes
  /// over what its predecessor left. Never empty.
  std::string instance;
  /// The epoch under which the node's own data was written last; 0: the data is new.
  std::uint64_t settled_epoch = 0;
  /// Time to live of the node's lease: so long after its last sign of life a node is declared dead.
  milliseconds takeover_after{30'000};
  /// A cluster of one on the embedded control store: no lease, the fence holds for ever.
  bool alone = false;
};

/// Both clocks, read at one time.
struct moment {
  steady_time steady;
  wall_time wall;
};

/// What the host is to do, in order. Requests carry a ticket, which their answer names.
namespace membership_action {
using ticket = std::uint64_t;

struct transact {
  ticket number = 0;
  storage::control_transaction what;
};
struct grant_lease {
  ticket number = 0;
  milliseconds time_to_live{};
};
struct keep_lease {
  ticket number = 0;
  storage::lease_id lease = 0;
};
struct revoke_lease {
  storage::lease_id lease = 0;
};
/// What has been seen may be old: load all groups again.
struct read_again {};
struct extend_fence {
  steady_time until;
  steady_time confirmed{}; ///< when the lease was renewed; alone: of no meaning
};
struct close_fence {};
/// `members()` is not what it was.
struct tell_members {};
/// The node is a member now, with this epoch; the fence may still be closed.
struct joined {
  std::uint64_t epoch = 0;
};
/// See `epoch_began`: the fence opens after `epoch_settled`.
struct settle_data {
  std::uint64_t old_epoch = 0;
  std::uint64_t new_epoch = 0;
};
/// By this node: for the log. The others see it in the record, as this one does.
struct declared_dead {
  node_name name;
};
/// The node cannot be a member. It does nothing any more; the process has to stop.
struct refuse {
  error why;
};
} // namespace membership_action

using member_action = std::variant<
    membership_action::transact, membership_action::grant_lease, membership_action::keep_lease,
    membership_action::revoke_lease, membership_action::read_again, membership_action::extend_fence,
    membership_action::close_fence, membership_action::tell_members, membership_action::joined,
    membership_action::settle_data, membership_action::declared_dead, membership_action::refuse>;

/// One request at a time of a kind, with back-off. A request without an answer for too long counts
/// as failed; what comes after that is ignored.
class membership_request {
public:
  [[nodiscard]] bool is_ready(steady_time now) const { return ticket_ == 0 && now >= not_before_; }
  [[nodiscard]] bool is_late(steady_time now, milliseconds patience) const {
    return ticket_ != 0 && now >= sent_ + patience;
  }
  [[nodiscard]] steady_time sent() const noexcept { return sent_; }
  void begin(membership_action::ticket number, steady_time now) {
    ticket_ = number;
    sent_ = now;
  }
  /// @returns whether this is the answer that is waited for.
  bool end(membership_action::ticket number) {
    if (ticket_ != number || number == 0)
      return false;
    ticket_ = 0;
    return true;
  }
  void give_up() { ticket_ = 0; }
  void succeeded() { failures_ = 0; }
  void failed(steady_time now);

private:
  membership_action::ticket ticket_ = 0;
  steady_time sent_{};
  steady_time not_before_ = steady_time::min();
  std::uint32_t failures_ = 0;
};

/// Every input is answered by actions: take them after each. Not thread-safe.
///
/// The promise: while the fence holds by this node's clock, nobody has declared its epoch dead.
/// `alive/NAME` is under the lease; only its absence lets others declare; the lease lives for
/// `takeover_after` from when the store got the last keep-alive, which is not before it was sent;
/// the fence ends a tenth earlier than that, which covers clocks that differ by 5 %.
class membership {
public:
  /// @pre `settings.self` and `settings.instance` are not empty, `takeover_after` > 0
  explicit membership(membership_settings settings);

  result<void> load(record_group group, const storage::control_snapshot& all, moment now);
  result<void> apply(record_group group, const storage::control_event& event, moment now);
  void transacted(membership_action::ticket number,
                  const result<storage::transaction_outcome>& outcome, moment now);
  void granted(membership_action::ticket number, const result<storage::lease_id>& lease,
               moment now);
  void kept(membership_action::ticket number, const result<void>& outcome, moment now);
  /// The node's own data is that of this epoch now.
  void epoch_settled(std::uint64_t epoch, moment now);
  /// Whether anything is left on this node while it drains.
  void set_drained(bool drained, moment now);
  /// A clean stop: closes the fence and leaves the lease to run out.
  void leave();
  /// Time has passed. To be called every `tick_every` at least.
  void tick(moment now);
  static constexpr milliseconds tick_every{100};

  [[nodiscard]] std::vector<member_action> take_actions();

  /// All members this node knows of, by name; alone: only itself.
  [[nodiscard]] const std::vector<member>& members() const noexcept { return members_; }
  /// This node's own entry; none before it has been registered.
  [[nodiscard]] std::optional<member> self() const;
  /// Whether the node is registered and, in a cluster, has its sign of life in place.
  [[nodiscard]] bool is_joined() const noexcept { return joined_at_ != 0; }
  /// Of the present membership; 0: none.
  [[nodiscard]] std::uint64_t epoch() const noexcept { return is_joined() ? epoch_ : 0; }
  [[nodiscard]] const node_book& book() const noexcept { return book_; }
  [[nodiscard]] bool is_alone() const noexcept { return settings_.alone; }

private:
  struct watched_peer {
    std::uint64_t epoch = 0;
    bool was_alive = false;
    std::optional<steady_time> declare_at; ///< set while there is no sign of life
  };
  enum class purpose : std::uint8_t { none, enter, refresh };

  void advance(moment now);
  void expire_requests(moment now);
  void look_at_self();
  bool check_admission(moment now);
  void enter(moment now);
  void keep(moment now);
  void refresh(moment now);
  void look_at_peers(moment now);
  void declare(moment now);
  void declaration_answered(bool applied, moment now);
  void tell();
  void became_member(std::uint64_t epoch, storage::revision at);
  void open_fence();
  void lose_lease();
  void turn_away(error why);
  void entry_failed(moment now);
  [[nodiscard]] bool is_silent(const node_name& name, const node_record& record) const;
  [[nodiscard]] std::size_t rank_among_living(const node_name& without) const;
  [[nodiscard]] result<storage::control_transaction> build_registration(wall_time now);
  [[nodiscard]] storage::control_transaction build_return(wall_time now);
  void add_life(storage::control_transaction& to) const;
  [[nodiscard]] milliseconds patience() const;
  template <class Action>
  void act(Action action) {
    actions_.emplace_back(std::move(action));
  }

  const membership_settings settings_;
  node_book book_;
  std::vector<member_action> actions_;
  std::vector<member> members_;
  membership_action::ticket last_ticket_ = 0;

  storage::lease_id lease_ = 0;
  steady_time lease_renewed_{}; ///< when the request was sent that renewed it last
  membership_request lease_request_;

  membership_request entry_;
  purpose entry_purpose_ = purpose::none;
  std::uint64_t entry_epoch_ = 0;
  std::uint64_t epoch_ = 0;
  storage::revision joined_at_ = 0; ///< 0: not a member now
  storage::revision refreshed_at_ = 0;
  std::uint64_t settled_epoch_;
  std::uint64_t settling_ = 0; ///< the epoch that was asked to be settled
  bool drained_ = false;
  std::optional<steady_time> foreign_since_;

  std::map<node_name, watched_peer> peers_;
  membership_request declaration_;
  node_name declaring_;

  bool dirty_ = true;
  bool out_ = false; ///< left or refused
};

} // namespace warmfront
