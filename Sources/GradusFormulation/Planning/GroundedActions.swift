// SPDX-License-Identifier: Apache-2.0

/// A planning problem without parameters: facts and actions by number, those alone that can be reached, with the earliest step of
/// each.
///
///     h(p, q) = 0 where both hold at first, else
///               1 + min h(needs(a) ∪ ({q} ∖ adds(a))) over actions a that make p true and leave q true
///     h(S) = max over pairs of S
///
/// h is never more than the number of actions that is needed; pairs with h = ∞ never hold together.
///
/// Source: Haslum and Geffner, "Admissible Heuristics for Optimal Planning" (2000), section 4 (pairs).
struct GroundedActions {
  struct Action {
    var name: String
    var needs: [Int]
    var adds: [Int]
    /// Without what is added.
    var deletes: [Int]
    /// The first step, from 0, in which it can be done.
    var earliest = 0
  }

  static let never = Int.max / 4

  private(set) var facts: [StripsProblem.Atom] = []
  private(set) var actions: [Action] = []
  private(set) var initial: [Int] = []
  private(set) var goal: [Int] = []
  /// h of pairs, row by row; the diagonal is h of one fact.
  private(set) var pairs: [Int] = []

  /// Throws where there are more instances of actions than `limit`, more facts than 1000, or more than 4·10⁶ pairs of both.
  init(_ problem: StripsProblem, limit: Int = 100_000) throws(PlanningError) {
    var numbers: [StripsProblem.Atom: Int] = [:]
    var found: [StripsProblem.Atom] = []
    func number(_ atom: StripsProblem.Atom) -> Int {
      if let known = numbers[atom] { return known }
      numbers[atom] = found.count
      found.append(atom)
      return found.count - 1
    }
    initial = problem.initial.map(number)
    goal = problem.goal.map(number)
    var instances = 0
    for schema in problem.actions {
      let choices = schema.parameters.map { parameter in
        problem.objects.filter { $0.type == parameter.type }.map(\.name)
      }
      var total = 1
      for choice in choices {
        let (product, isTooMuch) = total.multipliedReportingOverflow(by: choice.count)
        total = isTooMuch ? Int.max : product
      }
      guard total <= 50 * limit else { throw Self.tooMany(limit) }
      for code in 0..<total {
        // The digits of a number whose bases are the counts of objects.
        var rest = code
        var binding: [String: String] = [:], names: [String] = []
        for (parameter, choice) in zip(schema.parameters, choices) {
          names.append(choice[rest % choice.count])
          binding[parameter.name] = names.last
          rest /= choice.count
        }
        guard Set(names).count == names.count else { continue }
        instances += 1
        guard instances <= limit else { throw Self.tooMany(limit) }
        let bind = { (atoms: [StripsProblem.Atom]) in
          atoms.map { atom in number(.init(atom.name, atom.arguments.map { binding[$0] ?? $0 })) }
        }
        let adds = bind(schema.adds)
        actions.append(
          Action(
            name: StripsProblem.Atom(schema.name, names).description, needs: Self.unique(bind(schema.needs)),
            adds: Self.unique(adds), deletes: Self.unique(bind(schema.deletes)).filter { !adds.contains($0) }))
      }
    }
    facts = found
    guard facts.count <= 1000 else {
      throw PlanningError("predicates", "\(facts.count) facts", expected: "at most 1000; fewer objects")
    }
    guard facts.count * actions.count <= 4_000_000 else {
      throw PlanningError("actions", "\(actions.count) instances on \(facts.count) facts", expected: "fewer objects")
    }
    reach()
  }

  private static func tooMany(_ limit: Int) -> PlanningError {
    PlanningError("actions", "more than \(limit) instances", expected: "fewer objects or parameters")
  }

  private static func unique(_ numbers: [Int]) -> [Int] { Array(Set(numbers)).sorted() }

  func pair(_ p: Int, _ q: Int) -> Int { pairs[p * facts.count + q] }

  /// h of a set: the least number of actions after which all of it can hold.
  func earliest(_ set: [Int]) -> Int {
    var most = 0
    for (k, p) in set.enumerated() {
      for q in set[k...] { most = max(most, pair(p, q)) }
    }
    return most
  }

  /// h by improvement until nothing changes; actions that stay out of reach go.
  private mutating func reach() {
    let count = facts.count
    pairs = [Int](repeating: Self.never, count: count * count)
    for p in initial { for q in initial { pairs[p * count + q] = 0 } }
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for action in actions {
        let base = earliest(action.needs)
        guard base < Self.never else { continue }
        for p in action.adds {
          for q in action.adds where base + 1 < pair(p, q) {
            pairs[p * count + q] = base + 1
            hasChanged = true
          }
        }
        for q in 0..<count where pair(q, q) < Self.never && !action.adds.contains(q) && !action.deletes.contains(q) {
          var cost = max(base, pair(q, q))
          for need in action.needs { cost = max(cost, pair(need, q)) }
          guard cost < Self.never else { continue }
          for p in action.adds where cost + 1 < pair(p, q) {
            pairs[p * count + q] = cost + 1
            pairs[q * count + p] = cost + 1
            hasChanged = true
          }
        }
      }
    }
    for k in actions.indices { actions[k].earliest = earliest(actions[k].needs) }
    actions.removeAll { $0.earliest >= Self.never }
  }

  /// Sets of facts of which at most one ever holds, so that each pair that never holds together is in one of them; at most 500,
  /// for they only help.
  var exclusive: [[Int]] {
    let live = facts.indices.filter { pair($0, $0) < Self.never }
    var isCovered = [Bool](repeating: false, count: pairs.count)
    var cliques: [[Int]] = []
    for p in live {
      for q in live where q > p && pair(p, q) >= Self.never && !isCovered[p * facts.count + q] {
        guard cliques.count < 500 else { return cliques }
        var clique = [p, q]
        for r in live where r != p && r != q && clique.allSatisfy({ pair($0, r) >= Self.never }) { clique.append(r) }
        for a in clique { for b in clique { isCovered[a * facts.count + b] = true } }
        cliques.append(clique)
      }
    }
    return cliques
  }
}
