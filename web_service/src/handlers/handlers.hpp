// What each route does. One file each; ../routes.cpp says which is which.
//
// Threads   The io thread of the call; what blocks is awaited from the pools.
// Failure   A row of the error table. Exceptions are bugs.
#pragma once

#include "web_service/src/call.hpp"

namespace suite::web {

asio::awaitable<Result<Reply>> open_session(Call& call);    // POST /login
asio::awaitable<Result<Reply>> close_session(Call& call);   // POST /logout
asio::awaitable<Result<Reply>> read_session(Call& call);    // GET /session
asio::awaitable<Result<Reply>> update_session(Call& call);  // PATCH /session
asio::awaitable<Result<Reply>> create_user(Call& call);     // POST /users

asio::awaitable<Result<Reply>> list_posts(Call& call);    // GET /posts
asio::awaitable<Result<Reply>> read_post(Call& call);     // GET /posts/{id}
asio::awaitable<Result<Reply>> create_post(Call& call);   // POST /posts
asio::awaitable<Result<Reply>> replace_post(Call& call);  // PUT /posts/{id}
asio::awaitable<Result<Reply>> delete_post(Call& call);   // DELETE /posts/{id}

asio::awaitable<Result<Reply>> report_alive(Call& call);    // GET /healthz, /healthcheck
asio::awaitable<Result<Reply>> report_ready(Call& call);    // GET /readyz
asio::awaitable<Result<Reply>> report_metrics(Call& call);  // GET /metrics

}  // namespace suite::web
