// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension STAX {
  /// Generations in which a candidate has to grow, and after which one that does not grow is dropped.
  private static var trial: Int { 6 }
  private static var patience: Int { 10 }
  /// Rewards that are remembered.
  private static var memory: Int { 2000 }

  /// Hands out a generation of a candidate, or else of an emitter; false when there is none.
  func exploit(_ s: inout State) -> Bool {
    if case .trying = s.phase, !s.candidates.isEmpty { return emit(s.candidates[0], .trying, &s) }
    if case .emitting(let k) = s.phase, k < s.emitters.count { return emit(s.emitters[k], .emitting(k), &s) }
    if !s.candidates.isEmpty {
      let novelty = novelties(of: s.candidates.map(\.origin.code), s)
      let most = Novelty.largest(1, of: novelty)[0]
      s.candidates.swapAt(0, most)
      return emit(s.candidates[0], .trying, &s)
    }
    guard !s.emitters.isEmpty else { return false }
    let novelty = novelties(of: s.emitters.map(\.origin.code), s)
    let front = s.emitters.indices.filter { i in
      !s.emitters.indices.contains { j in
        let (a, b) = (s.emitters[j].growth - s.emitters[i].growth, novelty[j] - novelty[i])
        return a >= 0 && b >= 0 && (a > 0 || b > 0)
      }
    }
    let k = front.isEmpty ? 0 : front[s.random.integer(below: front.count)]
    return emit(s.emitters[k], .emitting(k), &s)
  }

  private func novelties(of codes: [[Double]], _ s: State) -> [Double] {
    Novelty.scores(of: codes, among: s.rewarded.suffix(Self.memory).map(\.code), neighbors: neighbors)
  }

  private func emit(_ emitter: Emitter, _ phase: Phase, _ s: inout State) -> Bool {
    s.phase = phase
    if emitter.members.isEmpty {
      let crowd = [Individual](repeating: emitter.origin, count: max(1, emitter.origin.u.isEmpty ? 1 : self.emitter))
      handOut(Array(mutants(of: crowd, emitter.sigma, &s.random).prefix(crowd.count)), &s)
    } else {
      handOut(mutants(of: emitter.members, emitter.sigma, &s.random), &s)
    }
    return true
  }

  /// The best of parents and mutants stay; what is better than all of them was is kept for good.
  private func evolve(_ emitter: inout Emitter, _ s: inout State) {
    let before = emitter.members.map(\.reward).max() ?? emitter.origin.reward
    let pool = emitter.members + s.heard
    guard !pool.isEmpty else { return }
    for individual in s.heard where individual.reward > before { s.rewarded.append(individual) }
    s.rewarded = Array(s.rewarded.suffix(Self.memory))
    emitter.members = Novelty.largest(self.emitter, of: pool.map(\.reward)).map { pool[$0] }
    emitter.rewards.append(emitter.members.reduce(0) { $0 + $1.reward } / Double(emitter.members.count))
    emitter.stale = (emitter.members.first?.reward ?? 0) > before ? 0 : emitter.stale + 1
  }

  /// One generation of the candidate; after the last one it becomes an emitter or is dropped.
  func selectCandidate(_ s: inout State) {
    guard var candidate = s.candidates.first else { return }
    evolve(&candidate, &s)
    s.candidates[0] = candidate
    if s.heard.isEmpty { candidate.rewards.append(0) }
    s.candidates[0].rewards = candidate.rewards
    guard candidate.rewards.count >= Self.trial else { return }
    s.phase = .exploring
    s.candidates.removeFirst()
    let half = Self.trial / 2
    candidate.growth =
      (candidate.rewards.suffix(half).reduce(0, +) - candidate.rewards.prefix(half).reduce(0, +)) / Double(half)
    if candidate.growth > 0 { s.emitters.append(candidate) }
  }

  /// One generation of an emitter; one that grows no more is dropped, and its most novel members are remembered.
  func selectEmitter(_ k: Int, _ s: inout State) {
    guard k < s.emitters.count else { return }
    var emitter = s.emitters[k]
    evolve(&emitter, &s)
    if s.heard.isEmpty { emitter.stale += 1 }
    s.emitters[k] = emitter
    guard emitter.stale >= Self.patience else { return }
    s.phase = .exploring
    s.emitters.remove(at: k)
    let codes = emitter.members.map(\.code)
    let novelty = Novelty.scores(of: codes, among: s.archive.map(\.code), neighbors: neighbors)
    for i in Novelty.largest(1, of: novelty) { s.archive.append(emitter.members[i]) }
  }
}
