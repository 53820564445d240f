// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics

extension SpatialBranchAndBound.State {
  /// Notes by how much the bound grew for the branching that made a node.
  mutating func learn(_ node: BranchNode, _ bound: Double) {
    guard node.variable >= 0, node.distance > 1e-12, bound.isFinite, node.bound.isFinite else { return }
    let k = 2 * node.variable + (node.isUp ? 1 : 0)
    gains[k] += max(0, bound - node.bound) / node.distance
    counts[k] += 1
  }

  /// Splits the current box in two, or closes it where nothing is left to split.
  mutating func branch() {
    guard let node = current else { return }
    current = nil
    relaxed = nil
    phase = .choose
    guard let (j, at) = branching(node) else {
      closed = min(closed, node.bound)
      return
    }
    let range = node.box[j]
    var down = node
    var up = node
    down.depth += 1
    up.depth += 1
    down.variable = j
    up.variable = j
    up.isUp = true
    if program.linear.kinds[j].isIntegral {
      down.box[j] = Interval(range.lower, at.rounded(.down))
      up.box[j] = Interval(at.rounded(.down) + 1, range.upper)
      down.distance = at - at.rounded(.down)
      up.distance = 1 - down.distance
    } else {
      down.box[j] = Interval(range.lower, at)
      up.box[j] = Interval(at, range.upper)
    }
    let value = point.map { $0[j] } ?? at
    let goesUp = value > at || program.linear.kinds[j].isIntegral && value - value.rounded(.down) > 0.5
    open.insert(goesUp ? down : up)
    dive.append(goesUp ? up : down)
  }

  /// The variable and the place where it is split.
  private func branching(_ node: BranchNode) -> (Int, Double)? {
    if let point, let j = mostFractional(point, node) { return (j, point[j]) }
    let scores = point.map { engine.scores($0, node.box) }
    var best: (variable: Int, score: Double)?
    for j in node.box.indices where isSplittable(j, node.box[j]) {
      let width = node.box[j].isBounded ? node.box[j].width : 1e6
      // Where the relaxation misses nothing, the widest box is the one that may hide something.
      let score = scores.map { $0[j] > 0 ? 1e12 * $0[j] * (width / (1 + width)) : 1e-12 * width } ?? width
      if score > best?.score ?? 0 { best = (j, score) }
    }
    guard let j = best?.variable else { return nil }
    return (j, place(node.box[j], point?[j], isIntegral: program.linear.kinds[j].isIntegral))
  }

  private func isSplittable(_ j: Int, _ range: Interval) -> Bool {
    if program.linear.kinds[j].isIntegral { return range.width >= 1 }
    return engine.isNonlinear[j] && !range.isBounded
      || engine.isNonlinear[j] && range.width > 1e-9 * max(1, min(abs(range.lower), abs(range.upper)))
  }

  private func mostFractional(_ point: [Double], _ node: BranchNode) -> Int? {
    var best: (variable: Int, score: Double)?
    let total = (sum: gains.reduce(0, +), count: counts.reduce(0, +))
    let usual = total.count > 0 ? total.sum / Double(total.count) : 1
    for j in node.box.indices where program.linear.kinds[j].isIntegral && node.box[j].width >= 1 {
      let f = point[j] - point[j].rounded(.down)
      if min(f, 1 - f) < 1e-6 { continue }
      let down = counts[2 * j] > 0 ? gains[2 * j] / Double(counts[2 * j]) : usual
      let up = counts[2 * j + 1] > 0 ? gains[2 * j + 1] / Double(counts[2 * j + 1]) : usual
      let score = max(down * f, 1e-9) * max(up * (1 - f), 1e-9) + 1e-12 * min(f, 1 - f)
      if score > best?.score ?? 0 { best = (j, score) }
    }
    return best?.variable
  }

  private func place(_ range: Interval, _ value: Double?, isIntegral: Bool) -> Double {
    var at = value ?? range.middle
    if range.isBounded {
      at = 0.7 * min(max(at, range.lower), range.upper) + 0.3 * range.middle
      let margin = 0.15 * range.width
      at = min(max(at, range.lower + margin), range.upper - margin)
    } else {
      if range.lower > -.infinity { at = max(at, range.lower + max(1, abs(range.lower))) }
      if range.upper < .infinity { at = min(at, range.upper - max(1, abs(range.upper))) }
    }
    if !(at > range.lower && at < range.upper) { at = range.middle }
    if isIntegral { at = min(max(at.rounded(.down), range.lower), range.upper - 1) + 0.5 }
    return at
  }
}
