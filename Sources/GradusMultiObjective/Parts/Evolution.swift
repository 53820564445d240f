// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics

/// What all evolutionary methods for several objectives have in common: a population, the brood that is being answered, and
/// an archive of everything heard.
struct Evolution: Sendable, Codable {
  let box: SearchBox
  var random: RandomStream
  var population: Population
  private(set) var brood: Brood
  private(set) var archive: ParetoArchive<Vector>
  private var recommended: Vector
  /// Answers heard.
  private(set) var answers = 0
  /// Broods in a row of which nothing could be evaluated.
  private var failures = 0
  private(set) var claim: Claim?

  /// The first brood: the start where there is one, otherwise random points.
  init(_ problem: BoxConstrained, random: RandomStream, initial: Int, archive capacity: Int) {
    let box = SearchBox(problem)
    self.box = box
    self.random = random.child("evolution")
    population = Population(dimension: box.dimension)
    archive = ParetoArchive(capacity: capacity)
    let start = problem.start.map { problem.domain.projection(of: $0) }
    let middle = box.sample(&self.random)
    recommended =
      start ?? middle.withUnsafeBufferPointer { $0.baseAddress.map { box.point($0) } ?? Vector([]) }
    var genes = start.map { box.coordinates(of: $0) } ?? middle
    for _ in 1..<max(1, initial) { genes += box.sample(&self.random) }
    brood = Brood(genes, box, first: start)
    if box.dimension == 0 { claim = .exhausted }
  }

  /// The next point of the brood; nil while its last ones are awaited, and after the end.
  mutating func ask() -> EvaluateAll<Vector>? {
    guard claim == nil else { return nil }
    return brood.next().map { EvaluateAll(point: $0) }
  }

  /// Takes one answer in. True when the brood is complete, so that the method must select and lay the next one.
  mutating func hear(_ answer: Outcomes, at point: Vector) -> Bool {
    answers += 1
    if archive.insert(point, answer), let knee = archive.kneeIndex {
      recommended = archive.members[knee].point
    }
    guard claim == nil, brood.hear(answer, at: point) else { return false }
    return brood.isComplete
  }

  /// Puts the whole brood into the population.
  mutating func join() {
    for i in 0..<brood.count { population.append(row(i), brood.outcomes(of: i)) }
  }

  /// The unit coordinates of individual i of the brood.
  func row(_ i: Int) -> ArraySlice<Double> {
    brood.genes.elements[i * box.dimension..<(i + 1) * box.dimension]
  }

  /// The brood as a population of its own, with the number of objectives that is known.
  func offspring() -> Population {
    var all = population.select([])
    for i in 0..<brood.count { all.append(row(i), brood.outcomes(of: i)) }
    return all
  }

  /// Lays the next brood. Where nothing has ever been evaluated there is nothing to vary: random points again, and the end
  /// after twenty times.
  mutating func lay(
    _ count: Int, _ child: (inout RandomStream, UnsafeMutablePointer<Double>) -> Void
  ) {
    let n = box.dimension
    guard population.objectives != nil else {
      failures += 1
      if failures >= 20 { claim = .failed }
      let size = population.count
      population = Population(dimension: n)
      brood = Brood((0..<max(1, size)).flatMap { _ in box.sample(&random) }, box)
      return
    }
    var genes = [Double](repeating: 0, count: count * n)
    genes.withUnsafeMutableBufferPointer { genes in
      guard let base = genes.baseAddress else { return }
      for i in 0..<count { child(&random, base + i * n) }
    }
    brood = Brood(genes, box)
  }

  /// The front heard of, and the point of it that is nearest to the ideal in units of the range of each objective.
  var report: Report<Vector> {
    var report = Report(point: recommended, claim: claim)
    report.front = archive.members
    return report
  }
}
