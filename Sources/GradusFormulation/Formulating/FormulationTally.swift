// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// Counts independent formulations by their answers (self-consistency): equal are those that ask back, those without an optimum
/// of equal status, and optima within 1e-6·max(1, |z|).
struct FormulationTally {
  private var groups: [[Formulation]] = []
  private let all: [Formulation]

  init(_ all: [Formulation]) {
    self.all = all
    for one in all {
      if let k = groups.firstIndex(where: { Self.agree($0[0], one) }) {
        groups[k].append(one)
      } else {
        groups.append([one])
      }
    }
    // Stable: of groups of one size the one that came first.
    groups = groups.enumerated().sorted { a, b in
      a.element.count != b.element.count ? a.element.count > b.element.count : a.offset < b.offset
    }.map(\.element)
  }

  private static func agree(_ a: Formulation, _ b: Formulation) -> Bool {
    guard a.asksBack == b.asksBack, (a.model == nil) == (b.model == nil), a.execution?.status == b.execution?.status
    else {
      return false
    }
    if a.asksBack { return true }
    guard let x = a.execution?.objective, let y = b.execution?.objective else {
      return a.execution?.objective == b.execution?.objective && (a.execution != nil || a.model == b.model)
    }
    return abs(x - y) <= 1e-6 * max(1, abs(x), abs(y))
  }

  /// The most frequent answers: those with a model before those without, as a model that could not be read says nothing.
  private var winners: [Formulation] {
    (groups.first { $0[0].model != nil || $0[0].asksBack }) ?? groups.first ?? []
  }

  /// The best of the most frequent answer: of its models most of which are one problem on other data, the one with the fewest doubts.
  func formulation(comparing executor: ModelExecutor, _ stream: RandomStream) async throws -> Formulation {
    let split = try await FormulationSplit(winners, by: executor, stream)
    guard var found = split.kinds.first?.first else { return Formulation() }
    for one in split.kinds[0] where one.doubts.count < found.doubts.count { found = one }
    if let doubt = split.doubt { found.doubts.append(doubt) }
    found.rounds = all.flatMap(\.rounds)
    found.usage = all.reduce(FormulationUsage()) { $0 + $1.usage }
    found.votes = groups.map {
      FormulationVote(status: $0[0].execution?.status, objective: $0[0].execution?.objective, count: $0.count)
    }
    return found
  }
}
