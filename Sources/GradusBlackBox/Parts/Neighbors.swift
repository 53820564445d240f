// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The points that differ from another in one parameter with separate values: the next whole number or step on both sides,
/// every other category, two neighbors of an order exchanged.
struct Neighbors {
  private let space: SearchSpace

  init(_ space: SearchSpace) { self.space = space }

  /// All of them, canonical, in the order of the parameters.
  func all(of point: Vector) -> [Vector] {
    let active = space.activity(at: point)
    var found: [Vector] = []
    for i in space.parameters.indices where active[i] {
      let place = space.offsets[i]
      func changed(to value: Double) {
        var other = point
        other[place] = value
        let canonical = space.canonical(other)
        if canonical != point { found.append(canonical) }
      }
      switch space.parameters[i].values {
      case .float(_, _, _, let step?):
        changed(to: point[place] + step)
        changed(to: point[place] - step)
      case .float, .simplex: break
      case .integer(_, _, let scale, let step):
        // Where ratios count, a step of one is small for large numbers.
        let width = scale == .logarithmic ? max(1, (0.1 * point[place]).rounded()) : Double(step)
        changed(to: point[place] + width)
        changed(to: point[place] - width)
      case .categorical(let labels):
        for k in labels.indices { changed(to: Double(k)) }
      case .permutation(let count):
        for k in 0..<max(0, count - 1) {
          var other = point
          other[place + k] = point[place + k + 1]
          other[place + k + 1] = point[place + k]
          found.append(space.canonical(other))
        }
      }
    }
    return found
  }
}
