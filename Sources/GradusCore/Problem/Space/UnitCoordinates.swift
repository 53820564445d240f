// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A search space seen as a cube: every point of [0, 1]ᵐ is a point of the space, and uniform becomes uniform.
///
///     float         u = (x − l)/(h − l),  or  u = ln(x/l)/ln(h/l)  where logarithmic
///     k values      u ∈ [i/k, (i + 1)/k) for value i; logarithmic integers have the bounds ln((x ± ½)) in proportion
///     categories    two share one coordinate; more have one each, the largest wins     (or all share one: `.index`)
///     permutation   one key each; the ranks of the keys
///     simplex       count − 1 fractions:  xₖ = r(1 − (1 − uₖ)^{1/(n−k)}),  r what x₁ … xₖ₋₁ left
///
/// Of a value that owns a part of the cube, `coordinates(of:)` gives the middle of that part, so that
/// `point(at: coordinates(of: p)) == p` for every canonical point; without finite values the map is a bijection.
/// Uniformity does not hold for three and more categories that share no coordinate (they are equally probable
/// all the same).
public struct UnitCoordinates: Sendable, Codable, Hashable {
  /// How three and more categories are laid out.
  public enum Categories: String, Sendable, Codable, Hashable {
    /// A coordinate each: no order is implied.
    case separate
    /// One coordinate in equal parts.
    case index
  }

  public let space: SearchSpace
  public let categories: Categories
  /// m.
  public let dimension: Int
  /// The first coordinate of each parameter.
  public let offsets: [Int]

  public init(_ space: SearchSpace, categories: Categories = .separate) {
    self.space = space
    self.categories = categories
    var (offsets, count): ([Int], Int) = ([], 0)
    for parameter in space.parameters {
      offsets.append(count)
      count += Self.width(parameter, categories)
    }
    self.offsets = offsets
    dimension = count
  }

  /// [0, 1]ᵐ.
  public var box: Box {
    Box(lower: Vector(repeating: 0, count: dimension), upper: Vector(repeating: 1, count: dimension))
  }

  /// The coordinates of a parameter; none for one that has a single value.
  public func range(of parameter: Int) -> Range<Int> {
    offsets[parameter]..<offsets[parameter] + Self.width(space.parameters[parameter], categories)
  }

  private static func width(_ parameter: SpaceParameter, _ categories: Categories) -> Int {
    if parameter.valueCount == 1 { return 0 }
    switch parameter.values {
    case .float, .integer: return 1
    case .categorical(let labels): return labels.count == 2 || categories == .index ? 1 : labels.count
    case .permutation(let count): return count
    case .simplex(let count): return count - 1
    }
  }

  // MARK: From the cube

  /// The canonical point at u; coordinates are clamped to [0, 1], NaN counts as 0.
  public func point(at u: Vector) -> Vector {
    precondition(u.count == dimension, "as many coordinates as the cube has dimensions")
    var natural: [Double] = []
    natural.reserveCapacity(space.dimension)
    for (i, parameter) in space.parameters.enumerated() {
      let range = range(of: i)
      if range.isEmpty {
        natural += parameter.neutral
      } else {
        natural += Self.values(of: parameter, at: u.elements[range].map { $0 > 0 ? min($0, 1) : 0 }, categories)
      }
    }
    return space.canonical(Vector(natural))
  }

  private static func values(of parameter: SpaceParameter, at u: [Double], _ categories: Categories) -> [Double] {
    switch parameter.values {
    case .float(let low, let high, let scale, let step):
      if let step { return [low + Double(bin(u[0], (parameter.valueCount ?? 1))) * step] }
      return [scale == .linear ? (1 - u[0]) * low + u[0] * high : low * exp(u[0] * log(high / low))]
    case .integer(let low, let high, let scale, let step):
      if scale == .linear { return [Double(low) + Double(bin(u[0], (high - low) / step + 1)) * Double(step)] }
      let (from, to) = (log(Double(low) - 0.5), log(Double(high) + 0.5))
      return [exp(from + u[0] * (to - from)).rounded()]
    case .categorical(let labels):
      if labels.count == 2 || categories == .index { return [Double(bin(u[0], labels.count))] }
      return [Double(u.indices.reduce(0) { u[$1] > u[$0] ? $1 : $0 })]
    case .permutation: return SearchSpace.ranks(of: u)
    case .simplex(let count): return shares(u, count)
    }
  }

  private static func bin(_ u: Double, _ count: Int) -> Int { min(Int(u * Double(count)), count - 1) }

  private static func shares(_ u: [Double], _ count: Int) -> [Double] {
    var (left, x): (Double, [Double]) = (1, [])
    for k in u.indices {
      let part = left * -expm1(log1p(-u[k]) / Double(count - 1 - k))
      x.append(part)
      left = max(0, left - part)
    }
    x.append(left)
    return x
  }

  // MARK: To the cube

  /// u of a point; the middle of the part that a value owns.
  public func coordinates(of point: Vector) -> Vector {
    precondition(point.count == space.dimension, "the point must have the dimension of the space")
    var u: [Double] = []
    u.reserveCapacity(dimension)
    for (i, parameter) in space.parameters.enumerated() where !range(of: i).isEmpty {
      u += Self.coordinates(of: Array(point.elements[space.range(of: i)]), parameter, categories)
    }
    return Vector(u)
  }

  private static func coordinates(of x: [Double], _ parameter: SpaceParameter, _ categories: Categories) -> [Double] {
    switch parameter.values {
    case .float(let low, let high, let scale, let step):
      if let step { return [(((x[0] - low) / step).rounded() + 0.5) / Double(parameter.valueCount ?? 1)] }
      let u = scale == .linear ? (x[0] - low) / (high - low) : log(x[0] / low) / log(high / low)
      return [min(max(u, 0), 1)]
    case .integer(let low, let high, let scale, let step):
      if scale == .linear {
        return [(((x[0] - Double(low)) / Double(step)).rounded() + 0.5) / Double((high - low) / step + 1)]
      }
      let (from, to) = (log(Double(low) - 0.5), log(Double(high) + 0.5))
      return [(log(x[0]) - from) / (to - from)]
    case .categorical(let labels):
      if labels.count == 2 || categories == .index { return [(x[0] + 0.5) / Double(labels.count)] }
      return labels.indices.map { Double($0) == x[0] ? 0.75 : 0.25 }
    case .permutation(let count): return x.map { ($0 + 0.5) / Double(count) }
    case .simplex(let count): return fractions(x, count)
    }
  }

  private static func fractions(_ x: [Double], _ count: Int) -> [Double] {
    var u: [Double] = []
    for k in 0..<count - 1 {
      // What is left, summed from the end: nothing cancels.
      let rest = x[(k + 1)...].reduce(0, +)
      let left = x[k] + rest
      u.append(left > 0 ? min(max(-expm1(log(rest / left) * Double(count - 1 - k)), 0), 1) : 0.5)
    }
    return u
  }
}
