// Second copies: this node's mails on other nodes, and other nodes' mails here.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/messages/replicas.hpp"
#include "actors/replication/bond_book.hpp"
#include "actors/replication/copy_reader.hpp"
#include "actors/replication/peer_codec.hpp"
#include "storage/copies.hpp"
#include "storage/spool.hpp"

namespace warmfront {

struct replication_config {
  node_name self;
  std::uint16_t number = 0;
  bool wanted = true;                   ///< false: mails of this node have one copy
  milliseconds bond_ends_after{30'000}; ///< a holder not connected for so long is given up
  milliseconds copy_within{5'000};      ///< an acceptance waits no longer for its second copy
  std::size_t page = 200;               ///< messages or recipients read back at once
  std::size_t unconfirmed_max = 1000; ///< outcomes a holder may not know yet while this node sends
  /// They may wait so long while no peer says anything; then the node may be cut off.
  milliseconds unheard_max{200};
};

/// A node as replication needs to know it.
struct replication_member {
  node_name name;
  std::uint16_t number = 0;
  bool is_dead = false;     ///< declared dead: what it left is adopted
  bool is_gone = false;     ///< removed: it cannot be asked any more
  bool may_hold = true;     ///< active: neither draining, dead nor removed
  bool is_draining = false; ///< it hands over what it has
  storage::revision at = 0; ///< of its node record
};

/// What replication needs done. Callbacks run in its own turn, never inside the call.
class replication_effects {
public:
  virtual ~replication_effects() = default;
  [[nodiscard]] virtual steady_time steady_now() const = 0;
  virtual void commit(storage::batch changes, storage::priority urgency,
                      std::function<void(const result<void>&)> then) = 0;
  /// Removes what is of no use any more: nobody waits for it, and it is found again after a crash.
  virtual void tidy(storage::batch changes) = 0;
  /// Runs `job` where reading may block; what it returns runs in the turn.
  virtual void read(std::function<std::function<void()>(const copy_reader&)> job) = 0;
  virtual void send(const node_name& to, std::uint16_t kind, std::string octets) = 0;
  /// Changes bonds: `build` is called again after a lost race.
  virtual void change(std::function<result<storage::control_transaction>()> build,
                      std::function<void(const result<void>&)> then) = 0;
  /// Makes mails this node's own, together with other changes.
  virtual void own(std::vector<adopted_mail> mails, storage::batch with,
                   std::function<void(const result<void>&)> then) = 0;
  /// Notes where the copies of this node's mails go from now on; then they are sent.
  virtual void place(std::vector<placed_copy> copies,
                     std::function<void(const result<void>&)> then) = 0;
  /// Gives mails up for the holder of their copies; `then` says how many.
  virtual void yield(yield_mails what, std::function<void(const result<yielded_mails>&)> then) = 0;
  /// Whether anything is left on this node, which drains.
  virtual void drained(bool drained) = 0;
  /// Whom intake may choose to hold copies.
  virtual void holders_changed(std::vector<copy_holder> holders) = 0;
  /// Whether transactions may begin: not while too many outcomes are known here alone.
  virtual void allow_sending(bool allowed) = 0;
};

/// One turn at a time; no I/O of its own.
///
/// What a holder has not confirmed is marked on disk, in the batch that made it so. Hence a crash
/// or a lost connection costs nothing but reading the marks back; everything sent is a whole state
/// and may arrive twice.
class replication {
public:
  replication(replication_config config, replication_effects& effects);

  // ---- what is so ----
  void set_members(const std::vector<replication_member>& members);
  /// Who can send what: its mail is handed over to them.
  void set_pools(const std::vector<pool>& pools) { owners_ = pool_owners{pools}; }
  void peer_joined(const node_name& peer);
  void peer_lost(const node_name& peer);
  /// The control store or a peer has confirmed at this moment that the node is not cut off.
  void contact();
  [[nodiscard]] bond_book& bonds() noexcept { return bonds_; }
  /// To be called after every change of the bonds.
  void bonds_changed();
  void tick();

  // ---- this node's mails ----
  /// Sends copies of mails that are being committed; `then` says of each whether it is kept.
  void copy(std::vector<std::shared_ptr<const spooled_mail>> mails,
            std::function<void(std::vector<bool>)> then);
  /// Outcomes that are durable here.
  void progressed(std::vector<copy_progress> outcomes);

  // ---- frames of peers ----
  /// `protocol` for a frame that cannot be read; it changes nothing.
  result<void> received(const node_name& from, std::uint16_t kind, const std::string& octets);

private:
  struct waiting_copies {
    std::vector<bool> kept;
    std::size_t missing = 0;
    steady_time until{};
    std::function<void(std::vector<bool>)> then;
  };
  /// Who waits for a copy: a place in `kept`.
  struct copy_waiter {
    std::shared_ptr<waiting_copies> waiting;
    std::size_t place = 0;
  };
  struct partner {
    replication_member member;
    bool connected = false;
    std::optional<steady_time> lost_at; ///< none: connected
    bool bonding = false;
    bool ending = false;          ///< the present bond may have ended already
    std::uint32_t ended_bond = 0; ///< the present bond, made when the one before it was ended
    bool to_adopt = false;        ///< dead, and what it left here is not adopted yet
    bool adopting = false;
    bool converting = false;
    bool checking = false;               ///< whether what is kept here is still wanted
    bool convert_again = false;          ///< something came in behind the page that was read
    std::set<message_id> kept_meanwhile; ///< of it, while the page was read
    std::uint32_t moved_bond = 0;        ///< messages of bonds below this one have other copies
    // Mails on their way to another owner.
    bool yielding = false;
    bool offers = true; ///< there may be some that it has not taken yet
    bool offering = false;
    steady_time offer_until{};
    std::uint32_t offered_bond = 0;
    std::set<message_id> not_taken; ///< it has said so, under the present bond
    bool reading_offer = false;
    std::set<message_id> ended_meanwhile; ///< not kept any more since the offer was read
    bool unsettled = true;                ///< it may not know what was taken from it
    bool settling = false;
    bool recalls = true; ///< there may be copies that it is asked to drop
    bool recalling = false;
    bool taking = false; ///< what is kept for it becomes this node's, one by one
    // New copies: what comes while an answer is awaited goes with one frame.
    std::vector<stored_copy> queued;
    std::vector<copy_waiter> queued_waiters; ///< one each
    std::size_t queued_octets = 0;
    std::size_t unanswered = 0; ///< frames
    steady_time answer_until{}; ///< later the newest of them holds nothing up
    // Reading back what is not confirmed.
    bool asking = false; ///< whose what is parked is
    bool behind = false; ///< something was refused: read back at the next tick
    bool catching_up = false;
    bool copies_read = false; ///< outcomes follow
    std::string marks_from;
    std::map<recipient_id, copy_progress> meanwhile;   ///< outcomes during a read
    std::map<recipient_id, std::uint64_t> unconfirmed; ///< recipient: number of its newest frame
  };
  struct sent_copies {
    std::uint16_t holder = 0;
    std::vector<message_id> ids;
    std::vector<std::uint32_t> bonds;
    std::vector<copy_waiter> waiters; ///< one each; none of copies that were read back
  };
  struct asked_mails {
    std::uint16_t holder = 0;
    std::vector<message_id> ids;
  };
  using questions = std::unordered_map<std::uint64_t, asked_mails>; ///< by their numbers
  struct sent_progress {
    std::uint16_t holder = 0;
    steady_time at{};
    std::vector<std::pair<recipient_id, std::string>> recipients; ///< with their marks
  };

  [[nodiscard]] partner* find(const node_name& name);
  [[nodiscard]] partner* find(std::uint16_t number);
  /// What a peer was asked; none when its answer is to an earlier session's question.
  [[nodiscard]] static std::optional<std::vector<message_id>>
  take_question(questions& open, std::uint64_t number, const partner& from);
  [[nodiscard]] std::uint32_t bond_with(const partner& holder) const;
  void bond_if_needed(partner& holder);
  void end_bond(partner& holder);
  void tell_holders();
  void check_sending();

  // primary
  void send_queued(partner& to);
  void give_up_late_copies();
  void send_copies(partner& to, const std::vector<stored_copy>& mails,
                   std::vector<copy_waiter> waiters);
  void send_progress(partner& to, const std::vector<copy_progress>& outcomes);
  result<void> copies_kept(partner& from, const std::string& octets);
  result<void> progress_kept(partner& from, const std::string& octets);
  void resolve(const copy_waiter& waiter, bool kept);
  void forget_sent(partner& to);
  void catch_up(partner& to);
  void catch_up_copies(partner& to);
  void catch_up_progress(partner& to);
  void erase_marks(std::vector<std::string> marks);
  void place_in_turn(std::function<void()> job);
  void place(std::vector<placed_copy> copies, std::function<void()> then);
  void placed();
  void place_unplaced();
  void place_outdated(const node_name& holder, std::string from);
  void move_copies_of(partner& holder);
  void move_page(const node_name& holder, const bond& present, std::string from);
  void drop_marks(const node_name& holder, std::string from);

  // after a death
  void ask_for_parked(partner& holder);
  result<void> adopted_told(partner& from, const std::string& octets);
  void end_parking(const node_name& holder, std::vector<message_id> ids,
                   std::vector<message_id> adopted);

  // another owner
  void hand_over(partner& to);
  void yield_to(const node_name& name);
  void forget_offers(partner& to);
  void offer(partner& to);
  void read_offer(partner& to);
  /// What is kept for a primary goes.
  static void unheld(partner& primary, const message_id& id);
  void send_offer(partner& to, copy_reader::offers page);
  void ask_taken(partner& of, std::vector<message_id> ids);
  result<void> owned_told(partner& from, const std::string& octets);
  result<void> taken_told(partner& from, const std::string& octets);
  void end_offers(partner& of, std::vector<message_id> unknown, std::vector<message_id> elsewhere);
  void take_all_back(partner& from);
  result<void> take(partner& from, const std::string& octets);
  void took(const node_name& name, const storage::message_copy& back, const result<void>& durable,
            const mails_taken& answer);
  void ask_offered(partner& former, std::string from);
  void end_taking(partner& from, const std::vector<message_id>& ids,
                  const std::vector<message_id>& still_offered);
  result<void> offered_told(partner& from, const std::string& octets);
  void recall(const std::vector<storage::spooled_message>& strays);
  void ask_to_drop(partner& holder);
  result<void> drop_copies(partner& from, const std::string& octets);
  result<void> dropped_told(partner& from, const std::string& octets);
  void place_dropped(const node_name& holder, std::vector<message_id> ids);
  void check_drained();

  // holder
  void check_held(const node_name& primary, std::string from);
  result<void> known_told(partner& from, const std::string& octets);
  /// Answers a question about messages, behind all that was committed before it.
  result<void> answer(const node_name& to, const std::string& octets, replica_frame kind,
                      result<bool> (copy_reader::*is_so)(std::uint16_t, const message_id&) const);
  result<void> keep_copies(partner& from, const std::string& octets);
  result<void> keep_progress(partner& from, const std::string& octets);
  void note_kept(const node_name& from, const std::vector<stored_copy>& mails,
                 const result<void>& durable, std::vector<message_id>& refused);
  void adopt(partner& dead);
  void convert(partner& from);
  void convert_page(const node_name& from, std::string next);
  void drop_outdated(const partner& primary, const std::vector<message_id>& ids);

  replication_config config_;
  replication_effects& effects_;
  bond_book bonds_;
  std::map<std::string, partner> peers_;
  std::uint64_t next_number_;
  std::unordered_map<std::uint64_t, sent_copies> copies_;
  std::map<std::uint64_t, sent_progress> progress_; ///< the oldest first
  questions asked_;
  struct checked_mails {
    std::uint16_t primary = 0;
    std::uint32_t bond = 0;
    std::vector<message_id> ids;
    std::string next;
  };
  std::unordered_map<std::uint64_t, checked_mails> checked_;
  std::vector<std::shared_ptr<waiting_copies>> waiting_;
  questions offered_;
  questions unsure_;
  questions recalled_;
  struct asked_taken {
    std::uint16_t from = 0;
    std::vector<message_id> ids;
    std::string next;
  };
  std::unordered_map<std::uint64_t, asked_taken> settled_;
  std::vector<copy_holder> told_;
  pool_owners owners_;
  bool drains_ = false;
  bool looking_ = false;                         ///< whether anything is left
  std::deque<std::function<void()>> placements_; ///< the first is under way
  bool unplaced_queued_ = false;
  std::string place_from_;
  bool allowed_ = true;
  std::optional<steady_time> contact_;
  steady_time heard_{}; ///< of any peer
};

} // namespace warmfront
