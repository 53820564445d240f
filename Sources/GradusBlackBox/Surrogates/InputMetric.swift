// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// How far two inputs of a surrogate are apart, coordinate by coordinate:
///
///     r² = Σⱼ δⱼ(x, x')/ℓ_{g(j)}²,    δ = (xⱼ − x'ⱼ)² of numbers,   δ = 1[xⱼ ≠ x'ⱼ] of categories
///
/// Both are of negative type, so every stationary kernel that is a mixture of squared exponentials stays positive
/// definite. Coordinates of one group share a length: the keys of a permutation, the shares of a simplex.
public struct InputMetric: Sendable, Codable, Hashable {
  /// The group of each coordinate.
  public let groups: [Int]
  /// Which coordinates are categories.
  public let isCategory: [Bool]
  /// Number of groups.
  public let groupCount: Int
  private let hasCategories: Bool

  public init(groups: [Int], isCategory: [Bool]) {
    precondition(groups.count == isCategory.count, "a group and a kind for each coordinate")
    self.groups = groups
    self.isCategory = isCategory
    groupCount = (groups.max() ?? -1) + 1
    hasCategories = isCategory.contains(true)
  }

  /// Numbers with a length each.
  public init(numbers count: Int) {
    self.init(groups: Array(0..<count), isCategory: [Bool](repeating: false, count: count))
  }

  public var dimension: Int { groups.count }

  /// δⱼ.
  @inline(__always)
  func part(_ j: Int, _ a: Double, _ b: Double) -> Double {
    if isCategory[j] { return a == b ? 0 : 1 }
    let step = a - b
    return step * step
  }

  /// 1/ℓ² for each coordinate.
  func weights(_ lengths: Vector) -> [Double] { groups.map { 1 / (lengths[$0] * lengths[$0]) } }

  /// r².
  @inline(__always)
  func square(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ weights: [Double]) -> Double {
    var sum = 0.0
    if !hasCategories {
      for j in 0..<weights.count {
        let step = a[j] - b[j]
        sum += weights[j] * step * step
      }
      return sum
    }
    for j in 0..<groups.count { sum += weights[j] * part(j, a[j], b[j]) }
    return sum
  }
}

/// The inputs that a surrogate sees in place of the points of a search space: numbers between 0 and 1, in the scale of each
/// parameter, and categories by index.
public struct SpaceInputs: Sendable, Codable, Hashable {
  public let space: SearchSpace
  public let metric: InputMetric
  /// Coordinates along which a point can be moved a little.
  public let continuous: [Int]
  private let unit: UnitCoordinates

  public init(_ space: SearchSpace) {
    self.space = space
    unit = UnitCoordinates(space, categories: .index)
    var (groups, isCategory, continuous): ([Int], [Bool], [Int]) = ([], [], [])
    var group = 0
    for (i, parameter) in space.parameters.enumerated() {
      let coordinates = unit.range(of: i)
      guard !coordinates.isEmpty else { continue }
      for _ in coordinates {
        if case .float(_, _, _, nil) = parameter.values { continuous.append(groups.count) }
        groups.append(group)
        if case .categorical = parameter.values { isCategory.append(true) } else { isCategory.append(false) }
      }
      group += 1
    }
    metric = InputMetric(groups: groups, isCategory: isCategory)
    self.continuous = continuous
  }

  public var dimension: Int { metric.dimension }

  /// How many values each category has; 0 for numbers.
  public var choiceCounts: [Int] {
    var counts: [Int] = []
    for (i, parameter) in space.parameters.enumerated() {
      for _ in unit.range(of: i) {
        if case .categorical(let labels) = parameter.values { counts.append(labels.count) } else { counts.append(0) }
      }
    }
    return counts
  }

  /// The inputs of a point.
  public func inputs(of point: Vector) -> Vector { unit.coordinates(of: point) }

  /// The point at some inputs: clamped, rounded, canonical.
  public func point(at inputs: Vector) -> Vector { unit.point(at: inputs) }
}
