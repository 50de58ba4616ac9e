// A column that orders or filters a resource: how its values become bytes that compare as PostgreSQL compares them.
//
// A value's *image* is a byte string: two values are equal in the column's type exactly if their images are, and the
// images' byte order is the type's order (text: COLLATE "C"). So nodes sort and match without knowing any type.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge {

enum class Kind { integer, floating, numeric, boolean, text, padded, uuid, date, timestamp, timestamptz, enumeration };

std::optional<Kind> kind_of(std::string_view name);

struct Column {
  std::string name;
  Kind kind = Kind::text;
  bool array = false;
  std::vector<std::string> labels;  // of an enumeration, in order

  // The image of a value in the form in which pulls deliver it. Throws std::runtime_error: the upstream broke the
  // contract.
  std::string image_of(std::string_view delivered) const;

  // The image of a parameter, cast to the column's type as PostgreSQL would; nothing where it does not cast.
  std::optional<std::string> image_of_parameter(std::string_view given) const;

  // What a parameter must look like, for the error message.
  std::string_view expectation() const;
};

}  // namespace edge
