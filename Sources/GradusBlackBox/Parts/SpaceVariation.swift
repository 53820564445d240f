// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Children and mutants of points of any search space.
///
///     numbers      simulated binary crossover, polynomial mutation, in the scale of the parameter
///     categories   of one parent; another one by mutation
///     orders       a stretch of one parent, the rest in the order of the other; a stretch reversed or moved, two exchanged
///     shares       between the parents; each times e^{σε} by mutation
///
/// A parameter that matters in one parent only comes from that one; in none, it is drawn anew. So a child whose new category
/// wakes parameters up has values for them.
///
/// **Reference** K. Deb, R. B. Agrawal, Complex Systems 9 (1995); K. Deb, M. Goyal, Computer Science and Informatics 26 (1996);
/// L. Davis, *Applying adaptive algorithms to epistatic domains*, IJCAI 1985.
struct SpaceVariation: Sendable, Codable {
  let space: SearchSpace
  private let unit: UnitCoordinates

  init(_ space: SearchSpace) {
    self.space = space
    unit = UnitCoordinates(space, categories: .index)
  }

  /// A child of two points. `spread` is the distribution index of numbers: the larger, the nearer to a parent.
  func child(of a: Vector, _ b: Vector, spread: Double, _ random: inout RandomStream) -> Vector {
    let (activeA, activeB) = (space.activity(at: a), space.activity(at: b))
    let (ua, ub) = (unit.coordinates(of: a), unit.coordinates(of: b))
    var u = ua
    var orders: [(range: Range<Int>, values: [Double])] = []
    for (i, parameter) in space.parameters.enumerated() {
      let place = unit.range(of: i)
      let natural = space.range(of: i)
      guard activeA[i] || activeB[i] else {
        for k in place { u[k] = random.uniform() }
        continue
      }
      guard activeA[i], activeB[i] else {
        if activeB[i] {
          for k in place { u[k] = ub[k] }
          orders.append((natural, Array(b.elements[natural])))
        } else {
          orders.append((natural, Array(a.elements[natural])))
        }
        continue
      }
      switch parameter.values {
      case .float, .integer:
        for k in place where random.uniform() < 0.9 { u[k] = crossed(ua[k], ub[k], spread, &random) }
      case .categorical:
        if random.uniform() < 0.5 { for k in place { u[k] = ub[k] } }
      case .permutation:
        orders.append((natural, Self.ordered(Array(a.elements[natural]), Array(b.elements[natural]), &random)))
      case .simplex:
        let share = random.uniform(-0.25, 1.25)
        let mixed = natural.map { max(0, share * a[$0] + (1 - share) * b[$0]) }
        orders.append((natural, mixed.allSatisfy { $0 == 0 } ? Array(a.elements[natural]) : mixed))
      }
    }
    return point(u, orders)
  }

  /// A point changed in some parameters, at least in one. `index` is the distribution index of numbers.
  func mutant(of x: Vector, index: Double, _ random: inout RandomStream) -> Vector {
    let active = space.activity(at: x)
    let alive = active.indices.filter { active[$0] && !unit.range(of: $0).isEmpty }
    guard !alive.isEmpty else { return x }
    let certain = alive[random.integer(below: alive.count)]
    var u = unit.coordinates(of: x)
    var orders: [(range: Range<Int>, values: [Double])] = []
    for (i, parameter) in space.parameters.enumerated() {
      let place = unit.range(of: i)
      let natural = space.range(of: i)
      guard active[i] else {
        for k in place { u[k] = random.uniform() }
        continue
      }
      let isChanged = i == certain || random.uniform() < 1 / Double(alive.count)
      switch parameter.values {
      case .float, .integer:
        guard isChanged else { continue }
        for k in place { u[k] = moved(u[k], index, parameter.valueCount, &random) }
      case .categorical(let labels):
        guard isChanged, labels.count > 1 else { continue }
        let own = Int(x[natural.lowerBound])
        let other = (own + 1 + random.integer(below: labels.count - 1)) % labels.count
        for k in place { u[k] = (Double(other) + 0.5) / Double(labels.count) }
      case .permutation:
        let values = Array(x.elements[natural])
        orders.append((natural, isChanged ? Self.disturbed(values, &random) : values))
      case .simplex:
        var values = Array(x.elements[natural])
        if isChanged {
          let sigma = random.uniform() < 0.5 ? 0.1 : 0.5
          // A share of zero can come back.
          values = values.map { max($0, 1e-6) * exp(sigma * random.normal()) }
          if random.uniform() < 0.1 { values[random.integer(below: values.count)] = 0 }
          if values.allSatisfy({ $0 == 0 }) { values = Array(x.elements[natural]) }
        }
        orders.append((natural, values))
      }
    }
    return point(u, orders)
  }

  /// Coordinates made into a point, with what has no good coordinates put in as it is.
  private func point(_ u: Vector, _ orders: [(range: Range<Int>, values: [Double])]) -> Vector {
    var point = unit.point(at: u)
    let active = space.activity(at: point)
    for (i, _) in space.parameters.enumerated() where active[i] {
      guard let order = orders.first(where: { $0.range == space.range(of: i) }) else { continue }
      for (k, value) in zip(order.range, order.values) { point[k] = value }
    }
    return space.canonical(point)
  }

  // MARK: Numbers

  private func crossed(_ a: Double, _ b: Double, _ index: Double, _ random: inout RandomStream) -> Double {
    let u = random.uniform()
    let beta = u <= 0.5 ? pow(2 * u, 1 / (index + 1)) : pow(1 / (2 * (1 - u)), 1 / (index + 1))
    let sign: Double = random.uniform() < 0.5 ? 1 : -1
    return min(max(0.5 * (a + b) + sign * 0.5 * beta * (a - b), 0), 1)
  }

  private func moved(_ u: Double, _ index: Double, _ count: Int?, _ random: inout RandomStream) -> Double {
    let p = random.uniform()
    // The two halves are scaled so that the result lies in the unit interval.
    let step: Double
    if p < 0.5 {
      let base = 2 * p + (1 - 2 * p) * pow(1 - u, index + 1)
      step = pow(base, 1 / (index + 1)) - 1
    } else {
      let base = 2 * (1 - p) + 2 * (p - 0.5) * pow(u, index + 1)
      step = 1 - pow(base, 1 / (index + 1))
    }
    let moved = min(max(u + step, 0), 1)
    guard let count, count > 1 else { return moved }
    // A value owns a part of the interval; a step that stays in it goes to a neighbor instead.
    let width = 1 / Double(count)
    if (moved / width).rounded(.down) != (u / width).rounded(.down) { return moved }
    return min(max(u + (step < 0 ? -width : width), 0), 1)
  }

  // MARK: Orders

  static func ordered(_ a: [Double], _ b: [Double], _ random: inout RandomStream) -> [Double] {
    let n = a.count
    guard n > 1 else { return a }
    let (i, j) = (random.integer(below: n), random.integer(below: n))
    let kept = min(i, j)...max(i, j)
    let taken = Set(a[kept])
    var rest = b.filter { !taken.contains($0) }[...]
    return a.indices.map { kept.contains($0) ? a[$0] : rest.popFirst() ?? a[$0] }
  }

  static func disturbed(_ order: [Double], _ random: inout RandomStream) -> [Double] {
    let n = order.count
    guard n > 1 else { return order }
    var changed = order
    let i = random.integer(below: n)
    let j = (i + 1 + random.integer(below: n - 1)) % n
    switch random.integer(below: 3) {
    case 0: changed.swapAt(i, j)
    case 1: changed[min(i, j)...max(i, j)].reverse()
    default: changed.insert(changed.remove(at: i), at: j)
    }
    return changed
  }
}
