// SPDX-License-Identifier: Apache-2.0
import Gradus

/// What the caller varies, and how points travel: arrays of numbers, or objects by name.
package enum AskTellSpace {
  case plain(Box)
  case named(SearchSpace)

  var isNamed: Bool {
    if case .named = self { true } else { false }
  }

  /// Numbers of a point.
  package var dimension: Int {
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
  package func write(_ point: Vector, to writer: inout JSONWriter) {
    switch self {
    case .plain: writer.write(point.elements)
    case .named(let space): writer.write(space.json(of: point))
    }
  }

  /// The point in numbers – categories by index, permutations as orders –, NaN for parameters that do not matter at it.
  package func numbers(of point: Vector) -> [Double] {
    guard case .named(let space) = self, !space.isFlat else { return point.elements }
    var numbers = point.elements
    for (i, matters) in space.activity(at: point).enumerated() where !matters {
      for k in space.range(of: i) { numbers[k] = .nan }
    }
    return numbers
  }

  /// A point that the caller gives in numbers; NaN where a parameter does not matter. Throws when it is not one of this space.
  package func point(of numbers: [Double]) throws(AskTellError) -> Vector {
    guard numbers.count == dimension else {
      throw AskTellError(.badRequest, "a point must have \(dimension) numbers, not \(numbers.count)")
    }
    guard case .named(let space) = self else {
      guard numbers.allSatisfy(\.isFinite) else {
        throw AskTellError(.badRequest, "a point must have \(dimension) finite numbers")
      }
      return Vector(numbers)
    }
    let point = space.canonical(Vector(numbers))
    for (i, matters) in space.activity(at: point).enumerated() where matters {
      for k in space.range(of: i) {
        guard abs(point[k] - numbers[k]) <= 1e-9 * max(1, abs(point[k])) else {
          throw AskTellError(.badRequest, "\(numbers[k]) is not a value of \"\(space.parameters[i].name)\"")
        }
      }
    }
    return point
  }

  /// A point given by the caller; throws when it is not one of this space.
  package func point(from json: JSONValue, _ member: String) throws(AskTellError) -> Vector {
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
