// Every statement this service sends. db/schema.sql is their other half.
#pragma once

namespace suite::web::queries {

inline constexpr const char* kProbe = "SELECT 1";

// Users

// $1 name
inline constexpr const char* kUserByName =
    "SELECT id, username, email, password_hash FROM public.users WHERE username = $1";

// $1 id
inline constexpr const char* kUserById = "SELECT id, username, email FROM public.users WHERE id = $1";

// $1 name or null, $2 e-mail or null, $3 the user who wants them, 0 for a new one. Asked in the transaction that will
// write them, and again where a unique value is written at the same moment: so a conflict has a name.
inline constexpr const char* kTaken =
    "SELECT EXISTS (SELECT FROM public.users WHERE username = $1::text AND id <> $3::bigint),"
    "       EXISTS (SELECT FROM public.users WHERE email = $2::text AND id <> $3::bigint)";

// $1 name, $2 e-mail, $3 password hash
inline constexpr const char* kInsertUser =
    "INSERT INTO public.users (username, email, password_hash) VALUES ($1, $2, $3) RETURNING id, username, email";

// $1 id, $2 name or null, $3 e-mail or null: null stays as it is
inline constexpr const char* kUpdateUser =
    "UPDATE public.users SET username = coalesce($2::text, username), email = coalesce($3::text, email) "
    "WHERE id = $1 RETURNING id, username, email";

// Posts

// $1 author, $2 title, $3 content, $4 status. No row where the author is gone.
inline constexpr const char* kInsertPost =
    "INSERT INTO public.posts (author_id, title, content, status) "
    "SELECT id, $2::text, $3::text, $4::text FROM public.users WHERE id = $1 RETURNING id";

// $1 id. Holds the row, so that nobody else changes the post until this transaction ends.
inline constexpr const char* kLockPost = "SELECT author_id FROM public.posts WHERE id = $1 FOR UPDATE";

// $1 id, $2 title, $3 content, $4 status
inline constexpr const char* kUpdatePost =
    "UPDATE public.posts SET title = $2, content = $3, status = $4 WHERE id = $1";

// $1 id
inline constexpr const char* kDeletePost = "DELETE FROM public.posts WHERE id = $1";

// $1 JSON array of names. In their order, so that two writers of the same tags do not wait for each other.
inline constexpr const char* kMakeTags =
    "INSERT INTO public.tags (name) SELECT given FROM jsonb_array_elements_text($1::jsonb) AS given ORDER BY given "
    "ON CONFLICT (name) DO NOTHING";

// $1 post, $2 JSON array of names
inline constexpr const char* kRemoveOtherTags =
    "DELETE FROM public.post_tags WHERE post_id = $1 AND tag_id NOT IN "
    "(SELECT id FROM public.tags WHERE name IN (SELECT jsonb_array_elements_text($2::jsonb)))";

// $1 post, $2 JSON array of names
inline constexpr const char* kAddTags =
    "INSERT INTO public.post_tags (post_id, tag_id) SELECT $1, id FROM public.tags "
    "WHERE name IN (SELECT jsonb_array_elements_text($2::jsonb)) ON CONFLICT DO NOTHING";

// $1 id. A post as the edges serve it, in PostgreSQL's own JSON.
inline constexpr const char* kPost = "SELECT to_json(p)::text FROM public.all_posts p WHERE id = $1";

// What a reader demands (`Edge-After`) to see what this transaction wrote.
inline constexpr const char* kEdgeToken = "SELECT pg_current_xact_id()::text";

}  // namespace suite::web::queries
