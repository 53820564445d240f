// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusNumerics
import Testing

/// Archives of behaviors, novelty, and federated search.
@Suite struct BehaviorTests {
  @Test func `an archive keeps the best of each cell`() {
    var archive = EliteArchive(Box(lower: [0, 0], upper: [1, 1]), cells: [2, 5])
    let told: [(x: Double, value: Double, features: Vector, becomes: EliteArchive.Insertion)] = [
      (1, 3, [0.1, 0.1], .new), (2, 2, [0.2, 0.15], .better(by: 1)), (3, 2, [0.3, 0.19], .refused),
      (4, 7, [9, -9], .new), (5, .nan, [0.9, 0.9], .refused), (6, 0, [.nan, 0.9], .refused), (7, 0, [0.9], .refused),
    ]
    for (x, value, features, becomes) in told {
      let insertion = archive.insert([x], Behavior(value: value, features: features))
      #expect(insertion == becomes, "point \(x)")
    }
    #expect(archive.count == 2 && archive.coverage == 0.2 && archive.best?.point == [2])
    #expect(archive.score(worst: 5) == 3)
  }

  /// An arm in the plane: places its hand can reach, with angles as equal as possible.
  private func arm(_ x: Vector) -> Behavior {
    let mean = x.elements.reduce(0, +) / Double(x.count)
    var (angle, px, py) = (0.0, 0.0, 0.0)
    for turn in x.elements {
      angle += turn
      px += cos(angle) / Double(x.count)
      py += sin(angle) / Double(x.count)
    }
    return Behavior(
      value: x.elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count), features: [px, py])
  }

  @Test func `elites fill a grid better than random points`() throws {
    let side = Vector(repeating: Double.pi, count: 8)
    let problem = BehaviorProblem(
      try SearchSpace(Box(lower: -side, upper: side)), features: Box(lower: [-1, -1], upper: [1, 1]))
    let method = MapElites()
    var state = method.start(problem, random: RandomStream(seed: 1))
    var random = RandomStream(seed: 2)
    var chance = EliteArchive(problem.features, cells: [50, 50])
    for _ in 0..<10_000 {
      let question = try #require(method.ask(&state))
      method.tell(&state, arm(question.point), to: question)
      let point = problem.space.sample(&random)
      chance.insert(point, arm(point))
    }
    #expect(state.archive.count > chance.count + chance.count / 4, "\(state.archive.count) and \(chance.count)")
    #expect(state.archive.score(worst: 10) > 1.2 * chance.score(worst: 10))
  }

  @Test func `spaces that are no box are filled as well`() throws {
    let space = try SearchSpace([
      SpaceParameter("c", .categorical(["1", "2", "3", "4"])), SpaceParameter("k", .integer(low: 0, high: 9)),
      SpaceParameter("order", .permutation(count: 5)),
    ])
    let problem = BehaviorProblem(space, features: Box(lower: [0, 0], upper: [4, 10]))
    var method = MapElites()
    (method.cells, method.design) = (20, 20)
    var state = method.start(problem, random: RandomStream(seed: 1))
    for _ in 0..<2000 {
      let question = try #require(method.ask(&state))
      let x = question.point
      #expect(space.violation(of: x) == 0)
      let value = (0..<5).reduce(0.0) { $0 + abs(x[2 + $1] - Double(4 - $1)) }
      method.tell(&state, Behavior(value: value, features: [x[0], x[1]]), to: question)
    }
    #expect(state.archive.count == 40)
    #expect(state.archive.elites.allSatisfy { $0.value == 0 }, "each cell has the reversed order")
  }

  /// Nothing tells where the reward is; the hand has to get there by being somewhere new.
  @Test(arguments: [true, false])
  func `novelty leads to a reward that gives no hint`(_ learned: Bool) throws {
    let side = Vector(repeating: 0.4, count: 10)
    let problem = BehaviorProblem(
      try SearchSpace(Box(lower: -side, upper: side)),
      features: learned
        ? Box(lower: .zeros(20), upper: Vector(repeating: 1, count: 20))
        : Box(lower: [-1, -1], upper: [1, 1]))
    var method = STAX()
    method.learned = learned
    (method.population, method.chunk, method.mutation) = (40, 300, 0.1)
    var state = method.start(problem, random: RandomStream(seed: 3))
    var first: Int?
    for k in 0..<12_000 {
      let question = try #require(method.ask(&state))
      let hand = arm(question.point).features
      let distance = (hand - [0.0, 0.55]).norm
      let picture = Vector((0..<20).map { exp(-8 * abs(hand[$0 % 2] - Double($0) / 10 + 1)) })
      if distance < 0.1, first == nil { first = k }
      method.tell(
        &state, Behavior(value: -max(0, 1 - distance / 0.1), features: learned ? picture : hand), to: question)
    }
    #expect(first != nil)
    #expect(try #require(method.report(state).value) < -0.9, "an emitter leads to the middle of the reward")
  }

  @Test func `clients find the minimum of their mean`() throws {
    // Minima at 0, 1 and 2 with weights 1, 2 and 3: the mean is least at 4/3.
    let box = Box(lower: Vector(repeating: -5, count: 6), upper: Vector(repeating: 5, count: 6))
    func end(_ correction: Double, _ rounds: Int) throws -> (error: Double, asked: [Int]) {
      var method = FZooS()
      (method.features, method.correction) = (300, correction)
      let problem = FederatedProblem(box, clients: 3, start: Vector(repeating: -2, count: 6))
      let run = try Run(problem, by: method, seed: 1)
      var asked = [0, 0, 0]
      while run.state.rounds < rounds {
        let ticket = try #require(try run.ask())
        let question = ticket.question
        #expect(box.violation(of: question.point) == 0)
        asked[question.client] += 1
        let value = question.point.elements.reduce(0) {
          $0 + 0.5 * Double(1 + question.client) * ($1 - Double(question.client)) * ($1 - Double(question.client))
        }
        try run.tell(ticket.number, answer: value)
      }
      return ((run.report.point - Vector(repeating: 4.0 / 3, count: 6)).maximumMagnitude, asked)
    }
    let whole = try end(1, 30)
    #expect(whole.error < 0.03)
    #expect(Set(whole.asked).count == 1, "clients are asked alike")
    #expect(try end(0, 30).error > 2 * whole.error, "without correction they drift apart")
  }
}
