// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A unit square with a wall in the shape of a U, open at the top, with the start inside of it; whoever walks sees how far
/// walls are away in 64 directions.
///
///     controls: ten pairs of speeds, each kept for six steps of at most 0.04;   whoever meets a wall stays where he is
///     reward: 1 − |p − g|/r within r = 0.05 of a place g below the U, else none
struct UMaze: Sendable {
  static let parameters = 20
  static let goal = (x: 0.5, y: 0.08)
  static let radius = 0.05

  /// Ends of a wall.
  struct Wall {
    var x0: Double
    var y0: Double
    var x1: Double
    var y1: Double
  }

  private static let walls: [Wall] = [
    Wall(x0: 0, y0: 0, x1: 1, y1: 0), Wall(x0: 1, y0: 0, x1: 1, y1: 1), Wall(x0: 1, y0: 1, x1: 0, y1: 1),
    Wall(x0: 0, y0: 1, x1: 0, y1: 0), Wall(x0: 0.2, y0: 0.25, x1: 0.8, y1: 0.25),
    Wall(x0: 0.2, y0: 0.25, x1: 0.2, y1: 0.8), Wall(x0: 0.8, y0: 0.25, x1: 0.8, y1: 0.8),
  ]

  static var problem: BehaviorProblem {
    get throws {
      let box = Box(lower: Vector(repeating: -1, count: parameters), upper: Vector(repeating: 1, count: parameters))
      return BehaviorProblem(
        try SearchSpace(box),
        features: Box(lower: Vector(repeating: 0, count: 64), upper: Vector(repeating: 1.5, count: 64)))
    }
  }

  /// Where a walk with these speeds ends.
  static func walk(_ speeds: Vector) -> (x: Double, y: Double) {
    var (x, y) = (0.5, 0.5)
    for step in 0..<60 {
      let (u, v) = (x + 0.04 * speeds[step / 6 * 2], y + 0.04 * speeds[step / 6 * 2 + 1])
      if !walls.contains(where: { crosses(x, y, u, v, $0) }) { (x, y) = (u, v) }
    }
    return (x, y)
  }

  static func reward(_ place: (x: Double, y: Double)) -> Double {
    let distance = hypot(place.x - goal.x, place.y - goal.y)
    return max(0, 1 - distance / radius)
  }

  /// Distances to the next wall, eastward first.
  static func view(_ place: (x: Double, y: Double)) -> Vector {
    Vector(
      (0..<64).map { k in
        let angle = 2 * .pi * Double(k) / 64
        let (dx, dy) = (cos(angle), sin(angle))
        return walls.reduce(1.5) { min($0, distance(place.x, place.y, dx, dy, $1)) }
      })
  }

  private static func crosses(_ x: Double, _ y: Double, _ u: Double, _ v: Double, _ wall: Wall) -> Bool {
    let length = hypot(u - x, v - y)
    guard length > 0 else { return false }
    // A little room is left to every wall.
    return distance(x, y, (u - x) / length, (v - y) / length, wall) <= length + 1e-6
  }

  private static func distance(_ x: Double, _ y: Double, _ dx: Double, _ dy: Double, _ wall: Wall) -> Double {
    let (ex, ey) = (wall.x1 - wall.x0, wall.y1 - wall.y0)
    let determinant = dx * ey - dy * ex
    guard abs(determinant) > 1e-12 else { return .infinity }
    let (px, py) = (wall.x0 - x, wall.y0 - y)
    let along = (px * ey - py * ex) / determinant
    let share = (px * dy - py * dx) / determinant
    return along >= 0 && share >= 0 && share <= 1 ? along : .infinity
  }
}
