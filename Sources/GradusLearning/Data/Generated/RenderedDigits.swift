// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Pictures of the digits 0 to 9, drawn by this program: a data set that needs no download.
///
/// A digit is a few strokes in the unit square. Every picture bends them by a random affine map (rotation ±0.25 rad, scale
/// ±15 %, shear ±0.2, shift ±8 %), draws them with a pen of random width, and adds noise. The intensity of a pixel at
/// distance d from the nearest stroke is 1/(1 + exp((d − w)/b)), b the blur.
public struct RenderedDigits: Sendable, Hashable {
  /// Pixels of a side.
  public let side: Int
  /// One picture behind the other, row by row, 0 (background) to 1.
  public let pixels: [Float]
  /// 0 to 9, one a picture.
  public let labels: [Int]

  public var count: Int { labels.count }

  /// `count` pictures; the labels take turns. Picture i depends on the stream and i alone.
  ///
  /// Cost: about 30 operations a pixel and stroke.
  public init(count: Int, side: Int = 16, noise: Double = 0.1, stream: RandomStream) {
    precondition(count >= 0 && side >= 4, "pictures of at least 4 × 4 pixels")
    self.side = side
    labels = (0..<count).map { $0 % 10 }
    var pixels: [Float] = []
    pixels.reserveCapacity(count * side * side)
    for i in 0..<count {
      var stream = stream.child("picture", i)
      let strokes = Self.strokes[i % 10].map { [bend = Self.bend(&stream)] in Stroke(bend($0.a), bend($0.b)) }
      let width = stream.uniform(0.045, 0.085)
      for row in 0..<side {
        for column in 0..<side {
          let p = SIMD2(Double(column) + 0.5, Double(row) + 0.5) / Double(side)
          let distance = strokes.reduce(Double.infinity) { min($0, $1.distance(to: p)) }
          let ink = 1 / (1 + exp((distance - width) / 0.02))
          pixels.append(Float(min(1, max(0, ink + noise * stream.normal()))))
        }
      }
    }
    self.pixels = pixels
  }

  /// The pixels of one picture.
  public func picture(_ i: Int) -> ArraySlice<Float> { pixels[i * side * side..<(i + 1) * side * side] }

  /// A line segment in the unit square, y downwards.
  private struct Stroke {
    var a: SIMD2<Double>
    var b: SIMD2<Double>

    init(_ a: SIMD2<Double>, _ b: SIMD2<Double>) {
      self.a = a
      self.b = b
    }

    func distance(to p: SIMD2<Double>) -> Double {
      let (d, q) = (b - a, p - a)
      let t = min(1, max(0, (d * q).sum() / max(1e-12, (d * d).sum())))
      let rest = q - t * d
      return (rest * rest).sum().squareRoot()
    }
  }

  /// A random affine map around the middle.
  private static func bend(_ stream: inout RandomStream) -> (SIMD2<Double>) -> SIMD2<Double> {
    let angle = stream.uniform(-0.25, 0.25)
    let (sx, sy) = (stream.uniform(0.85, 1.15), stream.uniform(0.85, 1.15))
    let shear = stream.uniform(-0.2, 0.2)
    let shift = SIMD2(stream.uniform(-0.08, 0.08), stream.uniform(-0.08, 0.08))
    let (c, s) = (cos(angle), sin(angle))
    return { p in
      let q = p - 0.5
      let v = SIMD2(sx * (q.x + shear * q.y), sy * q.y)
      return SIMD2(c * v.x - s * v.y, s * v.x + c * v.y) + shift + 0.5
    }
  }

  /// The digits as open polygons; round ones have eight corners.
  private static let strokes: [[Stroke]] = {
    func lines(_ points: [(Double, Double)]) -> [Stroke] {
      zip(points, points.dropFirst()).map { Stroke(SIMD2($0.0, $0.1), SIMD2($1.0, $1.1)) }
    }
    func arc(_ x: Double, _ y: Double, _ rx: Double, _ ry: Double, _ from: Double, _ to: Double) -> [(Double, Double)] {
      (0...8).map { k in
        let t = (from + (to - from) * Double(k) / 8) * .pi
        return (x + rx * cos(t), y - ry * sin(t))
      }
    }
    return [
      lines(arc(0.5, 0.5, 0.2, 0.32, 0, 2)),
      lines([(0.38, 0.3), (0.52, 0.18), (0.52, 0.82)]),
      lines(arc(0.5, 0.36, 0.19, 0.18, 1, -0.2) + [(0.31, 0.82), (0.7, 0.82)]),
      lines(arc(0.48, 0.34, 0.18, 0.16, 0.9, -0.5) + arc(0.48, 0.66, 0.2, 0.17, 0.5, -0.9)),
      lines([(0.6, 0.82), (0.6, 0.18), (0.3, 0.62), (0.74, 0.62)]),
      lines([(0.68, 0.18), (0.36, 0.18), (0.34, 0.46)] + arc(0.48, 0.62, 0.2, 0.2, 0.75, -0.8)),
      lines([(0.62, 0.18), (0.4, 0.42)] + arc(0.5, 0.62, 0.18, 0.2, 0.85, -1.15)),
      lines([(0.3, 0.18), (0.7, 0.18), (0.44, 0.82)]),
      lines(arc(0.5, 0.34, 0.16, 0.16, 0, 2)) + lines(arc(0.5, 0.66, 0.19, 0.17, 0, 2)),
      lines(arc(0.5, 0.38, 0.18, 0.2, 0.15, -1.85)) + lines([(0.68, 0.38), (0.6, 0.82)]),
    ]
  }()
}
