// SPDX-License-Identifier: Apache-2.0

/// Which tensors are meant: by name, or by kind.
///
/// `vectors` are tensors with one axis, `matrices` those with more; anything else is a pattern for names, in which `*` stands
/// for any letters and `?` for one.
public struct TensorPattern: Sendable, Codable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  public var text: String

  public init(_ text: String) { self.text = text }

  public init(stringLiteral text: String) { self.text = text }

  public var description: String { text }

  /// True when the tensor is meant.
  public func matches(_ slot: Layout.Slot) -> Bool {
    switch text {
    case "vectors": slot.shape.count <= 1
    case "matrices": slot.shape.count > 1
    default: Self.matches(Array(text), Array(slot.name))
    }
  }

  /// Wildcards, with at most one way back: to the last star.
  private static func matches(_ pattern: [Character], _ name: [Character]) -> Bool {
    var (i, j) = (0, 0)
    var back: (pattern: Int, name: Int)?
    while j < name.count {
      if i < pattern.count, pattern[i] == "*" {
        back = (i, j)
        i += 1
      } else if i < pattern.count, pattern[i] == "?" || pattern[i] == name[j] {
        i += 1
        j += 1
      } else if let last = back {
        back = (last.pattern, last.name + 1)
        (i, j) = (last.pattern + 1, last.name + 1)
      } else {
        return false
      }
    }
    return pattern[i...].allSatisfy { $0 == "*" }
  }
}
