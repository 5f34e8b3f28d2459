#include "actors/chunks/chunks_actor.hpp"

#include <utility>

#include <caf/typed_response_promise.hpp>

#include "actors/messages/run_later.hpp"
#include "storage/chunks.hpp"

namespace warmfront {

namespace {

using storage::family;
using stored_promise = caf::typed_response_promise<answer<stored_chunks>>;

/// What has to be written; the ids of all.
result<storage::batch> batch_of(const storage::store& store, const store_chunks& m,
                                stored_chunks& ids) {
  storage::batch changes;
  for (const auto& each : m.chunks) {
    if (each->size() > storage::chunk_octets_max)
      return error{errc::limit_exceeded, "the content is too large to be stored", "send less"};
    ids.ids.push_back(storage::chunk_id_of(*each));
    auto key = storage::chunk_key(ids.ids.back());
    WARMFRONT_TRY(present, store.get(family::segments, key));
    if (!present)
      changes.put(family::segments, std::move(key), *each);
  }
  return changes;
}

answer<chunk_octets> fetched(const storage::store& store, const chunk_id& id) {
  auto found = store.get(family::segments, storage::chunk_key(id));
  if (!found)
    return {std::move(found).error()};
  if (!found.value())
    return {error{errc::not_found, "the content " + id.str() + " is not on this node", {}}};
  if (storage::chunk_id_of(*found.value()) != id)
    return {error{errc::storage_corrupt, "the content " + id.str() + " has changed on the disk",
                  "restore the data directory from a backup or a peer"}};
  return {std::make_shared<const std::string>(std::move(*found.value()))};
}

} // namespace

chunks_shell::behavior_type chunks_behavior(chunks_shell::stateful_pointer<chunks_state> self,
                                            storage::store* store) {
  return {
      [=](const store_chunks& m) -> caf::result<answer<stored_chunks>> {
        stored_chunks ids;
        auto changes = batch_of(*store, m, ids);
        if (!changes)
          return answer<stored_chunks>{std::move(changes).error()};
        auto promise = self->make_response_promise<answer<stored_chunks>>();
        store->commit(std::move(changes).value(), storage::priority::growth,
                      [promise, ids, later = run_later(self)](const result<void>& durable) mutable {
                        later(std::chrono::milliseconds{0}, [promise, ids, durable]() mutable {
                          if (durable)
                            promise.deliver(answer<stored_chunks>{std::move(ids)});
                          else
                            promise.deliver(answer<stored_chunks>{durable.error()});
                        });
                      });
        return promise;
      },
      [=](const fetch_chunk& m) { return fetched(*store, m.id); },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
