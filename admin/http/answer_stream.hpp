// The body of an answer that is written a piece at a time. Inside `admin/http` only.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include "actors/core/octet_source.hpp"

namespace warmfront::admin {

/// A piece is asked for when the one before it has been taken by the network: memory does not grow
/// with what a client does not read. Who does not read for `patience` is cut off. On the stream's
/// thread only.
template <class Stream>
class answer_stream : public std::enable_shared_from_this<answer_stream<Stream>> {
public:
  /// @param done called once, with whether the whole body was written. What `stream` is a part of
  /// lives as long as `done`.
  answer_stream(Stream& stream, std::shared_ptr<octet_source> from,
                std::chrono::milliseconds patience, std::function<void(bool)> done)
      : stream_{stream}, from_{std::move(from)}, patience_{patience}, done_{std::move(done)} {}

  /// Begins, or goes on.
  void pull() {
    if (!done_)
      return;
    boost::beast::get_lowest_layer(stream_).expires_never();
    is_waiting_ = true;
    from_->next([weak = this->weak_from_this(),
                 executor = stream_.get_executor()](result<std::string> piece) {
      boost::asio::post(executor, [weak, piece = std::move(piece)] {
        if (const auto self = weak.lock())
          self->write(piece);
      });
    });
  }
  /// Ends before the next piece; at once while there is none.
  void stop() {
    is_stopping_ = true;
    if (is_waiting_)
      end(false);
  }

private:
  /// Chunked framing (RFC 9112 §7.1); an empty piece is the end.
  void write(const result<std::string>& piece) {
    is_waiting_ = false;
    if (!done_)
      return;
    if (!piece)
      return end(false);
    is_last_ = piece.value().empty() || is_stopping_;
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", piece.value().size());
    out_ = piece.value().empty() ? "0\r\n\r\n" : size + piece.value() + "\r\n";
    boost::beast::get_lowest_layer(stream_).expires_after(patience_);
    boost::asio::async_write(stream_, boost::asio::buffer(out_),
                             [self = this->shared_from_this()](auto failure, std::size_t) {
                               if (failure || self->is_last_)
                                 self->end(!failure);
                               else
                                 self->pull();
                             });
  }
  void end(bool is_whole) {
    if (const auto done = std::exchange(done_, nullptr))
      done(is_whole);
  }

  Stream& stream_;
  std::shared_ptr<octet_source> from_;
  std::chrono::milliseconds patience_;
  std::function<void(bool)> done_;
  std::string out_;
  bool is_waiting_ = false;
  bool is_stopping_ = false;
  bool is_last_ = false;
};

} // namespace warmfront::admin
