// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// The process of several fidelities that one question is chosen by, or that of the full function alone.
struct FidelitySurrogate {
  /// What each level that may be asked promises.
  let acquisitions: [(level: Int, acquisition: LogAugmentedImprovement)]
  /// Inputs of good points, best first.
  let incumbents: [Vector]

  /// nil where a level has fewer than two answers, or no matrix is positive definite.
  init?(_ method: MultiFidelityOptimization, _ s: inout MultiFidelityOptimization.State) {
    var fit = s.problem.isNoisy ? SurrogateFit.noisy : .exact
    fit.kernel = method.kernel
    let metric = s.inputs.metric
    let data = s.histories.map { history in
      let sound = history.points.indices.filter { history.values[$0].isFinite }
      return LevelData(inputs: sound.map { history.inputs[$0] }, values: sound.map { history.values[$0] })
    }
    let top = s.top
    guard data[top].values.count >= 2 else { return nil }
    // What failed counts as the worst answer of its level, but never as one of the best.
    var full = data[top]
    if let worst = full.values.max() {
      for (i, value) in s.histories[top].values.enumerated() where !value.isFinite {
        full.inputs.append(s.histories[top].inputs[i])
        full.values.append(worst)
      }
    }
    fit.restarts = s.histories[top].count % 5 == 0 ? 1 : 0
    var alone = [s.aloneFit]
    guard
      let single = AutoregressiveProcess.fitted(
        to: [full], fit, metric, last: &alone, refits: true, random: &s.random)
    else { return nil }
    s.aloneFit = alone[0]
    var process: AutoregressiveProcess?
    if data.allSatisfy({ $0.values.count >= 2 }) {
      process = AutoregressiveProcess.fitted(
        to: Array(data.dropLast()) + [full], fit, metric, last: &s.fits, refits: true, random: &s.random)
    }
    if let joint = process, !Self.isWorthwhile(joint, single, full, threshold: method.guard) { process = nil }

    let best: Double
    if s.problem.isNoisy {
      best =
        full.inputs.map { (process ?? single).posterior(at: $0, level: (process ?? single).levels - 1).mean }.min() ?? 0
    } else {
      best = data[top].values.min() ?? 0
    }
    let order = full.values.indices.sorted { (full.values[$0], $0) < (full.values[$1], $1) }
    var good = order.prefix(4).map { full.inputs[$0] }
    let waiting = s.search.waiting
    if var process {
      for level in 0..<top {
        if let i = data[level].values.indices.min(by: { data[level].values[$0] < data[level].values[$1] }) {
          good.append(data[level].inputs[i])
        }
      }
      for point in waiting { process.expect(at: s.inputs.inputs(of: point.point), level: point.level) }
      let costs = (0...top).map { s.cost($0) / s.cost(top) }
      acquisitions = (0...top).map { level in
        (level, LogAugmentedImprovement(process, level: level, best: best, cost: costs[level]))
      }
    } else {
      var single = single
      for point in waiting where point.level == top { single.expect(at: s.inputs.inputs(of: point.point), level: 0) }
      acquisitions = [(top, LogAugmentedImprovement(single, level: 0, best: best, cost: 1))]
    }
    incumbents = good
  }

  /// The guard: correlation of the full function's answers with what the level below says, and errors with each answer left
  /// out. A few answers decide nothing.
  private static func isWorthwhile(
    _ joint: AutoregressiveProcess, _ single: AutoregressiveProcess, _ full: LevelData, threshold: Double
  ) -> Bool {
    guard full.values.count >= 5 else { return true }
    let below = full.inputs.map { joint.posterior(at: $0, level: joint.levels - 2).mean }
    func error(_ process: GaussianProcess) -> Double { process.leaveOneOutErrors.reduce(0) { $0 + $1 * $1 } }
    let (with, without) = (error(joint.parts[joint.levels - 1]), error(single.parts[0]))
    return with <= (abs(correlation(below, full.values)) >= threshold ? 1 : 0.5) * without
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let n = Double(a.count)
    let (ma, mb) = (a.reduce(0, +) / n, b.reduce(0, +) / n)
    var (aa, ab, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      aa += (x - ma) * (x - ma)
      ab += (x - ma) * (y - mb)
      bb += (y - mb) * (y - mb)
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : 0
  }
}

extension AutoregressiveProcess {
  /// Counts a point of a level as answered with what is expected there.
  mutating func expect(at input: Vector, level: Int) {
    var parts = self.parts
    try? parts[level].append(input, observation: parts[level].posterior(at: input).mean)
    self = AutoregressiveProcess(parts: parts, factors: factors)
  }
}
