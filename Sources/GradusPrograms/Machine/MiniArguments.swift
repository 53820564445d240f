// SPDX-License-Identifier: Apache-2.0

/// The registers that a built-in function reads; those beyond its arguments mean nothing.
struct MiniArguments {
  var first: Int
  var second: Int
  var third: Int
}
