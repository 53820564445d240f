// SPDX-License-Identifier: Apache-2.0

/// Searches the states of a planning problem one by one: exact and slow, or greedy and fast.
///
/// The references for `PlanningCompiler`; instances of actions are made here by search, not by its counting.
public struct PlanSearch: Sendable {
  private struct Move: Sendable {
    var name: String
    var needs: [Int]
    var adds: [Int]
    var deletes: [Int]
  }

  private var moves: [Move] = []
  private var numbers: [StripsProblem.Atom: Int] = [:]
  private var start: [Bool] = []
  private var goal: [Int] = []

  /// Throws where the problem makes no sense, or has more than `limit` instances of actions.
  public init(_ problem: StripsProblem, limit: Int = 100_000) throws(PlanningError) {
    try problem.check()
    for schema in problem.actions {
      var names: [String] = []
      try extend(&names, schema, problem, limit)
    }
    goal = problem.goal.map { number($0) }
    let initial = problem.initial.map { number($0) }
    start = [Bool](repeating: false, count: numbers.count)
    for fact in initial { start[fact] = true }
  }

  private mutating func number(_ atom: StripsProblem.Atom) -> Int {
    if let known = numbers[atom] { return known }
    numbers[atom] = numbers.count
    return numbers.count - 1
  }

  private mutating func extend(
    _ names: inout [String], _ schema: StripsProblem.Schema, _ problem: StripsProblem, _ limit: Int
  ) throws(PlanningError) {
    guard names.count < schema.parameters.count else {
      guard moves.count < limit else {
        throw PlanningError("actions", "more than \(limit) instances", expected: "fewer objects or parameters")
      }
      let values = names
      func bound(_ atoms: [StripsProblem.Atom]) -> [StripsProblem.Atom] {
        atoms.map { atom in
          StripsProblem.Atom(
            atom.name,
            atom.arguments.map { argument in
              schema.parameters.firstIndex { $0.name == argument }.map { values[$0] } ?? argument
            })
        }
      }
      moves.append(
        Move(
          name: StripsProblem.Atom(schema.name, names).description, needs: bound(schema.needs).map { number($0) },
          adds: bound(schema.adds).map { number($0) }, deletes: bound(schema.deletes).map { number($0) }))
      return
    }
    let type = schema.parameters[names.count].type
    for object in problem.objects where object.type == type && !names.contains(object.name) {
      names.append(object.name)
      try extend(&names, schema, problem, limit)
      names.removeLast()
    }
  }

  private func after(_ move: Move, _ state: [Bool]) -> [Bool]? {
    guard move.needs.allSatisfy({ state[$0] }) else { return nil }
    var next = state
    for fact in move.deletes { next[fact] = false }
    for fact in move.adds { next[fact] = true }
    return next
  }

  private func reaches(_ state: [Bool]) -> Bool { goal.allSatisfy { state[$0] } }

  /// A shortest plan by breadth-first search; nil where there is none, or none was found in `limit` states. Exact: no shorter
  /// plan exists.
  public func shortest(limit: Int = 200_000) -> [String]? {
    if reaches(start) { return [] }
    var states = [start]
    var origin: [(state: Int, move: Int)] = [(-1, -1)]
    var seen: Set<[Bool]> = [start]
    var k = 0
    while k < states.count, states.count < limit {
      for (m, move) in moves.enumerated() {
        guard let next = after(move, states[k]), seen.insert(next).inserted else { continue }
        states.append(next)
        origin.append((k, m))
        if reaches(next) { return path(states.count - 1, origin) }
      }
      k += 1
    }
    return nil
  }

  private func path(_ end: Int, _ origin: [(state: Int, move: Int)]) -> [String] {
    var names: [String] = []
    var k = end
    while origin[k].move >= 0 {
      names.append(moves[origin[k].move].name)
      k = origin[k].state
    }
    return names.reversed()
  }

  /// A plan that takes in each step, of the moves to states not yet seen, the first that makes most of the goal true; nil where
  /// it is stuck or longer than `limit`. What a planner does that does not look ahead.
  public func greedy(limit: Int = 100) -> [String]? {
    var state = start
    var seen: Set<[Bool]> = [start]
    var plan: [String] = []
    while !reaches(state), plan.count < limit {
      var best: (merit: Int, move: Int, state: [Bool])?
      for (m, move) in moves.enumerated() {
        guard let next = after(move, state), !seen.contains(next) else { continue }
        let merit = goal.count { next[$0] }
        if best.map({ merit > $0.merit }) ?? true { best = (merit, m, next) }
      }
      guard let best else { return nil }
      state = best.state
      seen.insert(state)
      plan.append(moves[best.move].name)
    }
    return reaches(state) ? plan : nil
  }
}
