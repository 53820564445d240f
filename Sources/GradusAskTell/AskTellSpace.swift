// SPDX-License-Identifier: Apache-2.0
import Gradus

/// What the caller varies, and how points travel: arrays of numbers, or objects by name.
enum AskTellSpace {
  case plain(Box)
  case named(SearchSpace)

  var isNamed: Bool {
    if case .named = self { true } else { false }
  }

  /// Numbers of a point.
  var dimension: Int {
    switch self {
    case .plain(let box): box.dimension
    case .named(let space): space.dimension
    }
  }

  /// True when there are no bounds.
  var isFree: Bool {
    guard case .plain(let box) = self else { return false }
    return box.lower.elements.allSatisfy { $0 == -.infinity } && box.upper.elements.allSatisfy { $0 == .infinity }
  }

  /// The box of the point, where every number of it may be any between two bounds.
  var box: Box? {
    switch self {
    case .plain(let box): box
    case .named(let space): space.box
    }
  }

  /// The parameters, where all of them are bounded.
  var searchSpace: SearchSpace? {
    switch self {
    case .plain(let box): try? SearchSpace(box)
    case .named(let space): space
    }
  }

  /// The point as the caller sees it.
  func write(_ point: Vector, to writer: inout JSONWriter) {
    switch self {
    case .plain: writer.write(point.elements)
    case .named(let space): writer.write(space.json(of: point))
    }
  }

  /// A point given by the caller; throws when it is not one of this space.
  func point(from json: JSONValue, _ member: String) throws(AskTellError) -> Vector {
    switch self {
    case .plain(let box):
      guard let numbers = json.doubles, numbers.count == box.dimension, numbers.allSatisfy(\.isFinite) else {
        throw AskTellError(.badRequest, "\"\(member)\" must be an array of \(box.dimension) finite numbers")
      }
      return Vector(numbers)
    case .named(let space):
      do { return try space.point(json: json) } catch { throw AskTellError(.badRequest, "\"\(member)\": \(error)") }
    }
  }
}
