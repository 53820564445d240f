// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

extension WorkGraph: Judged {
  /// Choices of a part that the check of an answer looks at before it gives up.
  public static let proofLimit = 2_000_000

  /// Evaluates the choice again, and proves by a search of its own that none is cheaper: depth first through all alternatives, without
  /// dominance, leaving out only what a bound excludes. A proof that is too long leaves the bound of the whole.
  public func judge(
    _ report: Report<[Int]>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    guard let figures = figures(of: report.point) else {
      return Verdict(outcome: .unproved, certificate: .none("the choice does not name one alternative of each task"))
    }
    let objective = cost(of: figures)
    let isFeasible = admits(figures)
    var proof = WorkProof(self, below: isFeasible ? objective - 1e-9 * max(1, abs(objective)) : .infinity)
    proof.search()
    var certificate = Certificate(.exact)
    certificate.pointChecked = isFeasible
    certificate.bound = .checked
    if proof.isWhole, proof.found == nil {
      certificate.verified = true
      certificate.note = "\(proof.visited) choices of a part were looked at"
      return isFeasible
        ? Verdict(outcome: .optimal, certificate: certificate, objective: objective, bound: proof.cutoff)
        : Verdict(outcome: .infeasible, certificate: certificate)
    }
    if let cheaper = proof.found {
      certificate.note = isFeasible ? "another choice costs \(cheaper)" : "another choice keeps floor and deadline"
    } else {
      certificate.note = "the proof was given up after \(proof.visited) choices of a part"
    }
    return Verdict(
      outcome: isFeasible ? .feasible : .unproved, certificate: certificate, objective: objective,
      bound: proof.rootBound)
  }
}

/// A search for a choice that costs less than a cutoff.
private struct WorkProof {
  let graph: WorkGraph
  let cutoff: Double
  let completion: WorkCompletion
  /// What everything costs at least.
  let rootBound: Double
  private(set) var visited = 0
  private(set) var found: Double?
  private let deadline: Double

  /// Whether nothing was left out.
  var isWhole: Bool { visited <= WorkGraph.proofLimit }

  init(_ graph: WorkGraph, below cutoff: Double) {
    self.graph = graph
    self.cutoff = cutoff
    completion = WorkCompletion(graph)
    rootBound = completion.bound(0, cost: 0, quality: 0, time: 0) { _ in 0 }
    deadline = graph.deadline + 1e-9 * max(1, graph.deadline)
  }

  mutating func search() {
    let count = graph.tasks.count
    var choice: [Int] = [0]
    // Of the first k tasks: cost, Σ ln success, T at least; and when each is done.
    var sums = [(cost: 0.0, quality: 0.0, time: 0.0)]
    var finish: [Double] = []
    // Choices are counted up like digits; `choice.last` is the next alternative to try.
    while let next = choice.last {
      let k = choice.count - 1
      guard next < graph.tasks[k].alternatives.count else {
        choice.removeLast()
        sums.removeLast()
        if !finish.isEmpty { finish.removeLast() }
        if !choice.isEmpty { choice[k - 1] += 1 }
        continue
      }
      visited += 1
      guard isWhole else { return }
      let way = graph.tasks[k].alternatives[next]
      let end = graph.tasks[k].after.reduce(0) { max($0, finish[$1]) } + way.time
      let cost = sums[k].cost + graph.cost(of: way)
      let quality = sums[k].quality + VectorMath.log(way.success)
      let time = max(sums[k].time, end + completion.tail[k])
      let bound = completion.bound(k + 1, cost: cost, quality: quality, time: time) { place in
        let task = completion.open[k + 1][place]
        return task == k ? end : finish[task]
      }
      let isOpen =
        completion.reach(k + 1, quality: quality) >= graph.logFloor - 1e-9 && time <= deadline && bound < cutoff
      guard isOpen else {
        choice[k] += 1
        continue
      }
      if k + 1 < count {
        choice.append(0)
        sums.append((cost, quality, time))
        finish.append(end)
        continue
      }
      if let figures = graph.figures(of: choice), graph.admits(figures), graph.cost(of: figures) < cutoff {
        found = graph.cost(of: figures)
        return
      }
      choice[k] += 1
    }
  }
}
