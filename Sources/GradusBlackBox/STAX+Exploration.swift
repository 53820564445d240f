// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

extension STAX {
  /// Observations that a lesson is given on.
  private static var memory: Int { 400 }

  /// The generation that comes next, in the turn that comes next.
  func next(_ s: inout State) {
    if s.left <= 0 {
      s.isExploiting.toggle()
      s.left = chunk
    }
    if s.isExploiting, exploit(&s) { return }
    if s.isExploiting {
      s.isExploiting = false
      s.left = chunk
    }
    s.phase = .exploring
    if s.members.isEmpty {
      // Nothing was answered yet: another spread.
      handOut((0..<population).map { _ in (0..<s.coordinates.dimension).map { _ in s.random.uniform() } }, &s)
    } else {
      handOut(mutants(of: s.members, mutation, &s.random), &s)
    }
  }

  /// The most novel, or the most surprising, of parents and mutants stay; the most novel mutants are remembered.
  func selectExplorers(_ s: inout State) {
    for individual in s.heard where individual.reward > 0 { welcome(individual, &s) }
    s.recent = Array((s.recent + s.heard.map(\.observation)).suffix(Self.memory))
    let parents = s.members.count
    let pool = s.members + s.heard
    let novelty = Novelty.scores(of: pool.map(\.code), among: s.archive.map(\.code), neighbors: neighbors)
    var scores = novelty
    if let coder = s.coder, s.random.uniform() < 0.5 { scores = pool.map { coder.surprise(at: $0.observation) } }
    for i in Novelty.largest(added, of: Array(novelty[parents...])) { s.archive.append(pool[parents + i]) }
    s.members = Novelty.largest(population, of: scores).map { pool[$0] }
    s.generations += 1
    if s.generations % lessons == 0 || s.generations == 1 { teach(&s) }
  }

  /// The autoencoder learns from what was seen last and what is kept; all codes are made anew.
  private func teach(_ s: inout State) {
    guard var coder = s.coder else { return }
    let kept = s.archive.suffix(Self.memory / 2).map(\.observation)
    coder.learn(s.recent + kept, passes: s.generations == 1 ? 20 : 5, &s.random)
    s.coder = coder
    func recode(_ individuals: inout [Individual]) {
      for i in individuals.indices { individuals[i].code = coder.code(of: individuals[i].observation) }
    }
    recode(&s.members)
    recode(&s.archive)
    recode(&s.rewarded)
    for i in s.candidates.indices { s.candidates[i].origin.code = coder.code(of: s.candidates[i].origin.observation) }
    for i in s.emitters.indices {
      s.emitters[i].origin.code = coder.code(of: s.emitters[i].origin.observation)
      recode(&s.emitters[i].members)
    }
  }

  /// A new reward: a candidate for an emitter, as wide as a third of the way to the nearest member.
  private func welcome(_ individual: Individual, _ s: inout State) {
    let gap = s.members.reduce(Double.infinity) { nearest, member in
      let square = Novelty.square(individual.u, member.u)
      return square > 0 ? min(nearest, square.squareRoot()) : nearest
    }
    let dimension = Double(max(1, individual.u.count))
    let sigma = gap.isFinite ? gap / (3 * dimension.squareRoot()) : mutation
    s.candidates.append(Emitter(origin: individual, sigma: min(max(sigma, 1e-6), mutation)))
    s.rewarded.append(individual)
  }
}
