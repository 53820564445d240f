// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Bounded numbers as smooth functions of free coordinates:
///
///     free z,   l + z²,   u − z²,   ½(l + u) + ½(u − l)·2z/(1 + z²),   or a constant
///
/// A point at a bound with a multiplier of the right sign that is not zero has positive curvature in its coordinate.
struct FreeCoordinates: Sendable, Codable {
  private(set) var lower: [Double]
  private(set) var upper: [Double]

  /// Values with their first and second derivatives, each by its own coordinate.
  struct Image {
    var values: [Double]
    var first: [Double]
    var second: [Double]
  }

  var count: Int { lower.count }

  init(lower: [Double], upper: [Double]) {
    self.lower = lower
    self.upper = upper
  }

  mutating func append(lower l: Double, upper u: Double) {
    lower.append(l)
    upper.append(u)
  }

  func isFixed(_ j: Int) -> Bool { lower[j] >= upper[j] }

  func image(of z: Vector) -> Image {
    var image = Image(values: z.elements, first: z.elements, second: z.elements)
    for j in 0..<count {
      let (l, u, s) = (lower[j], upper[j], z[j])
      let (value, first, second): (Double, Double, Double)
      if l >= u {
        (value, first, second) = (u, 0, 0)
      } else if l > -.infinity, u < .infinity {
        let (half, d) = (0.5 * u - 0.5 * l, 1 + s * s)
        value = min(max(l + half + half * (2 * s / d), l), u)
        first = half * (2 * (1 - s * s) / (d * d))
        second = half * (4 * s * (s * s - 3) / (d * d * d))
      } else if l > -.infinity {
        (value, first, second) = (l + s * s, 2 * s, 2)
      } else if u < .infinity {
        (value, first, second) = (u - s * s, -2 * s, -2)
      } else {
        (value, first, second) = (s, 1, 0)
      }
      image.values[j] = value
      image.first[j] = first
      image.second[j] = second
    }
    return image
  }

  /// The coordinate of a value, which is moved off its bounds by a hundredth.
  func coordinate(_ j: Int, of v: Double) -> Double {
    let (l, u) = (lower[j], upper[j])
    if l >= u { return 0 }
    if l > -.infinity, u < .infinity {
      let half = 0.5 * u - 0.5 * l
      let t = min(max((v - l) / half - 1, -0.99), 0.99)
      return t / (1 + (1 - t * t).squareRoot())
    }
    if l > -.infinity { return max(v - l, 1e-2 * max(1, abs(l))).squareRoot() }
    if u < .infinity { return max(u - v, 1e-2 * max(1, abs(u))).squareRoot() }
    return v
  }

  /// z with the coordinates moved off their bounds where the slope by the bounded number leads inwards; nil where no
  /// coordinate rests so.
  func released(_ z: Vector, _ image: Image, slope: Vector, tolerance: Double) -> Vector? {
    var moved = z
    var isMoved = false
    for j in 0..<count where slope[j] * image.second[j] < 0 && abs(slope[j]) > tolerance {
      if lower[j] > -.infinity, upper[j] < .infinity {
        guard abs(abs(z[j]) - 1) < 1e-2 else { continue }
        moved[j] = 0.8 * z[j]
      } else {
        guard abs(z[j]) < 1e-2 else { continue }
        moved[j] = z[j] < 0 ? -0.3 : 0.3
      }
      isMoved = true
    }
    return isMoved ? moved : nil
  }
}
