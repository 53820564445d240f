// SPDX-License-Identifier: Apache-2.0

/// Evaluation: numbers where no variable occurs, formulas elsewhere.
extension FiveElementReader {
  func value(_ term: SyntaxTerm, _ exactness: Exactness) throws(ReadError) -> ModelValue {
    try step(term.offset)
    switch term.kind {
    case .number(let value): return .number(value)
    case .element(let element): return .element(element)
    case .local(let slot): return .element(slots[slot])
    case .count(let set):
      let (arity, members) = try members(of: set, term.offset)
      return .number(Double(members.count / arity))
    case .parameter(let i, let subscripts): return .number(try parameter(i, subscripts, term.offset))
    case .variable(let i, let subscripts): return .node(try variable(i, subscripts, term.offset))
    case .sum, .fold(.sum, _, _):
      var sum = TermSum()
      try add(term, weight: 1, exactness, to: &sum)
      if sum.terms.isEmpty { return .number(try checked(sum.constant, term, "the sum")) }
      return .node(try node(of: sum, term.offset))
    case .product(let parts): return try product(parts, exactness, term)
    case .power(let base, let exponent): return try power(base, exponent, term)
    case .call(let operation, let arguments): return try call(operation, arguments, exactness, term)
    case .fold(let fold, let indexing, let body): return try self.fold(fold, indexing, body, exactness, term)
    case .conditional(let condition, let first, let second):
      switch try logic(condition) {
      case .constant(let holds): return try value(holds ? first : second, exactness)
      case let condition: return .node(try conditional(condition, first, second, exactness, term.offset))
      }
    case .comparison, .and, .or, .not, .implies, .member:
      switch try logic(term) {
      case .constant(let holds): return .truth(holds)
      case let condition: return .condition(condition)
      }
    }
  }

  /// The number of a term without variables.
  func number(_ term: SyntaxTerm) throws(ReadError) -> Double {
    switch try value(term, .exact) {
    case .number(let value): return value
    case .element(let element): return try number(of: element, term)
    case .node: throw error(term.offset, "a variable where a number is needed", expected: "parameters and numbers")
    case .truth, .condition: throw notANumber(term)
    }
  }

  func number(of element: Int32, _ term: SyntaxTerm) throws(ReadError) -> Double {
    let value = elements.numbers[Int(element)]
    guard !value.isNaN else {
      throw error(
        term.offset, "the element \(elements.texts[Int(element)]) is no number", expected: "a number or a parameter")
    }
    return value
  }

  private func notANumber(_ term: SyntaxTerm) -> ReadError {
    error(term.offset, "a comparison where a number is needed", expected: "(if … then 1 else 0)")
  }

  func truth(_ term: SyntaxTerm) throws(ReadError) -> Bool {
    guard case .constant(let holds) = try logic(term) else {
      throw error(term.offset, "a condition on variables where members are chosen", expected: "parameters and indices")
    }
    return holds
  }

  func checked(_ value: Double, _ term: SyntaxTerm, _ what: @autoclosure () -> String) throws(ReadError) -> Double {
    guard !value.isNaN else { throw error(term.offset, "\(what()) is no number", expected: "arguments in the domain") }
    return value
  }

  // MARK: Names

  private func elements(of subscripts: [SyntaxTerm], _ name: String) throws(ReadError) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(subscripts.count)
    for term in subscripts {
      switch term.kind {
      case .local(let slot): result.append(slots[slot])
      case .element(let element): result.append(element)
      default:
        switch try value(term, .exact) {
        case .element(let element): result.append(element)
        case .number(let number):
          guard let element = elements.find(number) else {
            throw error(
              term.offset, "\(name) has no member \(TextBuffer.shortest(number))", expected: "a subscript in its set")
          }
          result.append(element)
        default: throw error(term.offset, "a formula as a subscript of \(name)", expected: "an index or an element")
        }
      }
    }
    return result
  }

  private func noMember(_ name: String, _ ids: [Int32], _ domain: IndexDomain, _ offset: Int) -> ReadError {
    var near: String?
    if domain.sets.count == 1, domain.arity == 1 {
      near = NearestName.of(shown(ids), in: domain.sets[0].members.prefix(2000).map { elements.texts[Int($0)] })
    }
    return error(
      offset, "\(name) has no member [\(shown(ids).prefix(200))]",
      expected: near.map { "\($0) (did you mean that?)" } ?? "subscripts in its sets; where … leaves others out")
  }

  private func parameter(_ i: Int, _ subscripts: [SyntaxTerm], _ offset: Int) throws(ReadError) -> Double {
    if parameters[i].state != .loaded { try loadParameter(i, from: offset) }
    if subscripts.isEmpty { return parameters[i].values[0] }
    let ids = try elements(of: subscripts, parameters[i].name)
    guard let position = parameters[i].domain.position(of: ids) else {
      throw noMember(parameters[i].name, ids, parameters[i].domain, offset)
    }
    return parameters[i].values[position]
  }

  private func variable(_ i: Int, _ subscripts: [SyntaxTerm], _ offset: Int) throws(ReadError) -> FormulaGraph.Node {
    if let owner = variablesRefused {
      throw error(offset, "\(owner) depends on the variable \(variables[i].name)", expected: "numbers and parameters")
    }
    if subscripts.isEmpty { return model.store.graph.variable(variables[i].firstColumn) }
    let ids = try elements(of: subscripts, variables[i].name)
    guard let position = variables[i].domain.position(of: ids) else {
      throw noMember(variables[i].name, ids, variables[i].domain, offset)
    }
    return model.store.graph.variable(variables[i].firstColumn + position)
  }

  // MARK: Sums and products

  /// Adds weight·term to a sum; sums inside sums are opened here, so that long ones become one node.
  func add(_ term: SyntaxTerm, weight: Double, _ exactness: Exactness, to sum: inout TermSum) throws(ReadError) {
    switch term.kind {
    case .sum(let parts):
      try step(term.offset)
      for part in parts {
        try add(
          part.term, weight: part.flips ? -weight : weight, part.flips ? exactness.scaled(by: -1) : exactness, to: &sum)
      }
    case .fold(.sum, let indexing, let body):
      // The closure of `forEach` cannot hold an inout parameter.
      var own = TermSum()
      swap(&own, &sum)
      defer { swap(&own, &sum) }
      try forEach(indexing, term.offset) { () throws(ReadError) in
        try add(body, weight: weight, exactness, to: &own)
      }
    case .product(let parts) where term.hasVariables:
      let (factor, rest) = try split(parts)
      if rest.count == 1, !rest[0].flips {
        if factor == 0 { return }
        return try add(rest[0].term, weight: weight * factor, exactness.scaled(by: factor), to: &sum)
      }
      sum.terms.append((weight * factor, try product(rest, of: term)))
    default:
      switch try value(term, exactness) {
      case .number(let value): sum.constant += weight * value
      case .element(let element): sum.constant += weight * (try number(of: element, term))
      case .node(let node): sum.terms.append((weight, node))
      case .truth, .condition: throw notANumber(term)
      }
    }
  }

  func node(of sum: TermSum, _ offset: Int) throws(ReadError) -> FormulaGraph.Node {
    guard sum.constant.isFinite, sum.terms.allSatisfy(\.weight.isFinite) else {
      throw error(offset, "a coefficient that is infinite", expected: "finite numbers")
    }
    return flatSum(sum.terms, offset: sum.constant)
  }

  /// Σ weight·node + offset with the sums among the nodes opened, so that what is linear is seen to be.
  func flatSum(_ terms: [(weight: Double, node: FormulaGraph.Node)], offset: Double = 0) -> FormulaGraph.Node {
    let isFlat = terms.allSatisfy { model.store.graph.operations[Int($0.node)] != .sum }
    if isFlat { return model.store.graph.sum(terms, offset: offset) }
    var offset = offset
    var opened: [(weight: Double, node: FormulaGraph.Node)] = []
    opened.reserveCapacity(terms.count)
    for term in terms {
      guard model.store.graph.operations[Int(term.node)] == .sum else {
        opened.append(term)
        continue
      }
      offset += term.weight * model.store.graph.numbers[Int(term.node)]
      for p in model.store.graph.range(of: term.node) {
        opened.append((term.weight * model.store.graph.weights[p], model.store.graph.arguments[p]))
      }
    }
    return model.store.graph.sum(opened, offset: offset)
  }

  /// The number in front and the parts with variables.
  private func split(_ parts: [SyntaxTerm.Part]) throws(ReadError) -> (Double, [SyntaxTerm.Part]) {
    var factor = 1.0
    var rest: [SyntaxTerm.Part] = []
    for part in parts {
      if part.term.hasVariables {
        rest.append(part)
      } else {
        factor = try multiplied(factor, part)
      }
    }
    return (factor, rest)
  }

  private func multiplied(_ factor: Double, _ part: SyntaxTerm.Part) throws(ReadError) -> Double {
    let value = try number(part.term)
    if !part.flips { return try checked(factor * value, part.term, "the product") }
    guard value != 0 else { throw error(part.term.offset, "division by zero", expected: "a number that is not 0") }
    return try checked(factor / value, part.term, "the quotient")
  }

  private func product(
    _ parts: [SyntaxTerm.Part], _ exactness: Exactness, _ term: SyntaxTerm
  ) throws(ReadError) -> ModelValue {
    let (factor, rest) = try split(parts)
    if rest.isEmpty { return .number(factor) }
    var sum = TermSum()
    try add(term, weight: 1, exactness, to: &sum)
    return sum.terms.isEmpty ? .number(sum.constant) : .node(try node(of: sum, term.offset))
  }

  /// The product of parts that all have variables.
  private func product(_ parts: [SyntaxTerm.Part], of term: SyntaxTerm) throws(ReadError) -> FormulaGraph.Node {
    var result = model.store.graph.constant(1)
    for part in parts {
      let factor = try formula(part.term, .inside)
      if part.flips {
        if model.store.graph.constant(at: factor) == 0 {
          throw error(part.term.offset, "division by zero", expected: "a formula that is not 0")
        }
        result = model.store.graph.quotient(result, factor)
      } else {
        result = model.store.graph.product(result, factor)
      }
    }
    return result
  }

  /// A term as a node, numbers included.
  func formula(_ term: SyntaxTerm, _ exactness: Exactness) throws(ReadError) -> FormulaGraph.Node {
    switch try value(term, exactness) {
    case .number(let value): return model.store.graph.constant(value)
    case .element(let element): return model.store.graph.constant(try number(of: element, term))
    case .node(let node): return node
    case .truth, .condition: throw notANumber(term)
    }
  }
}
