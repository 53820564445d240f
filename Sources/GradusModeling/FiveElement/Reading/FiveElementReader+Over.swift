// SPDX-License-Identifier: Apache-2.0

/// What `over:` says: sets, or indices with names and conditions.
struct DeclaredOver {
  var domain = IndexDomain()
  /// Names for expressions in values and bounds; empty when sets were given without.
  var names: [String] = []
}

extension FiveElementReader {
  func over(_ node: DocumentNode?, _ owner: String) throws(ReadError) -> DeclaredOver {
    guard let node else { return DeclaredOver() }
    let scalars: [DocumentScalar]
    switch node.content {
    case .scalar(let scalar): scalars = [scalar]
    case .sequence(let items):
      var list: [DocumentScalar] = []
      for item in items {
        guard let scalar = item.scalar else {
          throw source.error(at: item.offset, "\(item.what) in over", expected: "the name of a set")
        }
        list.append(scalar)
      }
      scalars = list
    default: throw source.error(at: node.offset, "over is \(node.what)", expected: "a set or a list of sets")
    }
    var result = DeclaredOver()
    var indexing = SyntaxIndexing()
    var hasAllNames = true
    let outer = slots
    slots = []
    defer { slots = outer }
    for scalar in scalars {
      var parser = try self.parser(scalar, locals: indexing.names)
      repeat {
        if parser.isIndexingAhead {
          indexing.binders.append(try parser.binder())
        } else {
          hasAllNames = false
          let start = parser.offset
          let set = try parser.set()
          let arity = try parser.arity(of: set)
          let first = parser.locals.count
          // Names that no text can write hold the places of indices that have none.
          parser.locals += (0..<arity).map { "\u{0}\(first + $0)" }
          indexing.binders.append(
            SyntaxIndexing.Binder(
              slots: first..<(first + arity), names: Array(parser.locals.suffix(arity)), set: set, offset: start))
        }
      } while parser.take(.comma)
      if parser.take(.where) {
        let condition = try parser.expression()
        indexing.condition =
          indexing.condition.map {
            SyntaxTerm(offset: $0.offset, kind: .and([$0, condition]))
          } ?? condition
      }
      try parser.requireEnd()
    }
    result.names = hasAllNames ? indexing.names : []
    if indexing.condition == nil, indexing.binders.allSatisfy({ Self.isFixed($0.set) }) {
      for binder in indexing.binders {
        let (arity, members) = try members(of: binder.set, binder.offset)
        if case .named(let i) = binder.set, let set = sets[i].value {
          result.domain.sets.append(set)
        } else {
          result.domain.sets.append(try makeSet(arity, members, [], binder.offset, owner))
        }
      }
    } else {
      let members = try tuples(indexing, node.offset)
      result.domain.sets = [try makeSet(indexing.names.count, members, [], node.offset, owner)]
    }
    guard let count = result.domain.count, count <= limits.members else {
      throw source.error(
        at: node.offset, "\(owner) has more than \(limits.members) members", expected: "smaller sets or a condition")
    }
    return result
  }

  /// True when a set does not depend on other indices.
  private static func isFixed(_ set: SyntaxSet) -> Bool {
    switch set {
    case .named: true
    case .listed(let terms): terms.allSatisfy(isFixed)
    case .range(let first, let last, let step): isFixed(first) && isFixed(last) && step.map(isFixed) ?? true
    }
  }

  private static func isFixed(_ term: SyntaxTerm) -> Bool {
    switch term.kind {
    case .number, .element: true
    case .parameter(_, let subscripts): subscripts.allSatisfy(isFixed)
    case .sum(let parts), .product(let parts): parts.allSatisfy { isFixed($0.term) }
    case .call(_, let terms): terms.allSatisfy(isFixed)
    case .count: true
    default: false
    }
  }
}
