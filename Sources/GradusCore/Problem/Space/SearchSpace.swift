// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A search space cannot be built or a point is not one of it: which parameter, and why.
public struct SpaceError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String
  public init(_ description: String) { self.description = description }
}

/// Named parameters of any kind, some of which matter only where others have certain values.
///
/// A point is a vector of natural values in the order of the parameters: numbers as they are, categories by index,
/// permutations as the order of indices, shares as they are. A parameter that does not matter at a point holds its neutral
/// value there, so that points which mean the same are the same.
public struct SearchSpace: Domain, Codable, Hashable, Fingerprinted {
  public let parameters: [SpaceParameter]
  /// The first number of each parameter in a point.
  public let offsets: [Int]
  /// Numbers of a point.
  public let dimension: Int
  /// For each parameter its conditions, as the index of the parent and what holds there.
  private let conditions: [[Link]]

  private struct Link: Sendable, Codable, Hashable {
    var parent: Int
    var condition: SpaceParameter.Condition
  }

  static let largestWidth = 1_000_000

  /// Throws when a parameter has no values, occurs twice, or depends on one that is not before it.
  public init(_ parameters: [SpaceParameter]) throws(SpaceError) {
    guard !parameters.isEmpty else { throw SpaceError("the search space is empty; give at least one parameter") }
    var places: [String: Int] = [:]
    var (offsets, links, dimension): ([Int], [[Link]], Int) = ([], [], 0)
    for (i, parameter) in parameters.enumerated() {
      if parameter.name.isEmpty { throw SpaceError("parameter \(i + 1) has an empty name") }
      if let fault = parameter.fault { throw SpaceError("parameter \"\(parameter.name)\" \(fault)") }
      var own: [Link] = []
      for condition in parameter.conditions {
        guard let parent = places[condition.parent] else {
          let near = nearest(to: condition.parent, among: places.keys.sorted())
          throw SpaceError(
            "parameter \"\(parameter.name)\" depends on \"\(condition.parent)\", which is not declared before it"
              + (near.map { "; did you mean \"\($0)\"?" } ?? ""))
        }
        guard parameters[parent].width == 1 else {
          throw SpaceError("parameter \"\(parameter.name)\" depends on \"\(condition.parent)\", which is not one value")
        }
        own.append(Link(parent: parent, condition: condition))
      }
      guard places.updateValue(i, forKey: parameter.name) == nil else {
        throw SpaceError("the parameter \"\(parameter.name)\" occurs twice")
      }
      offsets.append(dimension)
      links.append(own)
      dimension += parameter.width
      guard dimension <= Self.largestWidth else {
        throw SpaceError("the search space has more than \(Self.largestWidth) numbers")
      }
    }
    self.parameters = parameters
    self.offsets = offsets
    self.dimension = dimension
    conditions = links
  }

  /// The parameters x₀, x₁, … of a box. Throws when a side is infinite.
  public init(_ box: Box) throws(SpaceError) {
    try self.init(
      box.lower.indices.map { SpaceParameter("x\($0)", .float(low: box.lower[$0], high: box.upper[$0])) })
  }

  /// The numbers of a parameter in a point.
  public func range(of parameter: Int) -> Range<Int> {
    offsets[parameter]..<offsets[parameter] + parameters[parameter].width
  }

  /// True when every parameter always matters.
  public var isFlat: Bool { conditions.allSatisfy(\.isEmpty) }

  /// The box of all points, where every parameter is a number between two bounds that always matters.
  public var box: Box? {
    var (lower, upper): ([Double], [Double]) = ([], [])
    for parameter in parameters {
      guard case .float(let low, let high, .linear, nil) = parameter.values, parameter.conditions.isEmpty else {
        return nil
      }
      lower.append(low)
      upper.append(high)
    }
    return Box(lower: Vector(lower), upper: Vector(upper))
  }

  /// How many points there are; nil when they are not finitely many, or more than 2⁶².
  public var pointCount: Int? {
    var count = 1
    for parameter in parameters {
      guard let own = parameter.valueCount else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: own)
      guard !overflow, product < 1 << 62 else { return nil }
      count = product
    }
    return count
  }

  /// The middle of the cube of its coordinates.
  public var middle: Vector {
    let coordinates = UnitCoordinates(self, categories: .index)
    return coordinates.point(at: Vector(repeating: 0.5, count: coordinates.dimension))
  }

  /// Every point once, where there are finitely many and `pointCount` says so; nothing otherwise.
  public var allPoints: some Sequence<Vector> {
    let count = pointCount ?? 0
    let sizes = parameters.map { $0.valueCount ?? 0 }
    return (0..<count).lazy.compactMap { number -> Vector? in
      var (rest, natural) = (number, [Double]())
      for (parameter, size) in zip(parameters, sizes) {
        natural += parameter.value(number: rest % size)
        rest /= size
      }
      // Points that differ only in what does not matter are the same; the neutral one stands for them.
      let point = Vector(natural)
      return canonical(point) == point ? point : nil
    }
  }

  /// Which parameters matter at a point.
  public func activity(at point: Vector) -> [Bool] {
    var active = [Bool](repeating: true, count: parameters.count)
    for i in parameters.indices {
      for link in conditions[i] where active[i] {
        active[i] = active[link.parent] && link.condition.holds(for: point[offsets[link.parent]])
      }
    }
    return active
  }

  /// The nearest point: numbers clamped and rounded to their values, parameters that do not matter set to neutral.
  public func canonical(_ point: Vector) -> Vector {
    precondition(point.count == dimension, "the point must have the dimension of the space")
    var (result, active) = (point, [Bool](repeating: true, count: parameters.count))
    for (i, parameter) in parameters.enumerated() {
      // Parents come first, so their values are already canonical.
      for link in conditions[i] where active[i] {
        active[i] = active[link.parent] && link.condition.holds(for: result[offsets[link.parent]])
      }
      let range = range(of: i)
      let values = active[i] ? parameter.canonical(point.elements[range]) : parameter.neutral
      for (k, value) in zip(range, values) { result[k] = value }
    }
    return result
  }

  /// The largest violation of a parameter; a value of a parameter that does not matter must be the neutral one.
  public func violation(of point: Vector) -> Double {
    guard point.count == dimension else { return .infinity }
    let active = activity(at: point)
    return parameters.indices.reduce(0) { worst, i in
      let x = point.elements[range(of: i)]
      let own = parameters[i].violation(x)
      guard !active[i] else { return max(worst, own) }
      return Array(x) == parameters[i].neutral ? worst : max(worst, own, 1)
    }
  }

  /// Uniform over the values of every parameter, in the scale of each; neutral where a parameter does not matter.
  public func sample(_ random: inout RandomStream) -> Vector {
    let coordinates = UnitCoordinates(self)
    return coordinates.point(at: Vector((0..<coordinates.dimension).map { _ in random.uniform() }))
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    for parameter in parameters {
      print.mix(parameter.name)
      print.mix("\(parameter.values)")
      for condition in parameter.conditions { print.mix("\(condition)") }
    }
    return print.value
  }

  /// 0 for the smallest number, 1 for the next, … ; ties and NaN by place, NaN last.
  static func ranks(of keys: [Double]) -> [Double] {
    let order = keys.indices.sorted { a, b in
      if keys[a].isNaN || keys[b].isNaN { return keys[a].isNaN == keys[b].isNaN ? a < b : keys[b].isNaN }
      return keys[a] == keys[b] ? a < b : keys[a] < keys[b]
    }
    var ranks = [Double](repeating: 0, count: keys.count)
    for (rank, i) in order.enumerated() { ranks[i] = Double(rank) }
    return ranks
  }
}
