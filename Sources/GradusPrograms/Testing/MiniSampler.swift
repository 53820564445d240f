// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Random programs that are checked and that end: for trying printers, edits and machines.
///
/// A function `f` of random parameters, sometimes a helper `g` whose only return is its last statement; loops only over small ranges and
/// lists, so that a program ends, with a result or a fault.
public struct MiniSampler: Sendable, Hashable {
  /// Statements of a block, at most.
  public var length: Int
  /// Blocks in blocks, and terms in terms, at most.
  public var depth: Int

  public init(length: Int = 5, depth: Int = 2) {
    self.length = length
    self.depth = depth
  }

  private struct Scope {
    var variables: [MiniFunction.Parameter]
    var fixed: Set<String> = []
    var helper: MiniFunction?
    var result: MiniType
    /// For names that no other has.
    var next = 0
  }

  private static let types: [MiniType] = [
    .int, .int, .int, .bool, .string, .float, .list(.int), .list(.int), .list(.string), .list(.list(.int)),
  ]

  /// A random program.
  public func program(_ stream: inout RandomStream) -> MiniProgram {
    var functions: [MiniFunction] = []
    if stream.integer(below: 2) == 0 { functions.append(function("g", helper: nil, &stream)) }
    functions.append(function("f", helper: functions.first, &stream))
    return MiniProgram(functions)
  }

  private func function(_ name: String, helper: MiniFunction?, _ stream: inout RandomStream) -> MiniFunction {
    let parameters = (0...stream.integer(below: 3)).map { k in
      MiniFunction.Parameter("\(name)\(k)", Self.types[stream.integer(below: Self.types.count)])
    }
    let result = Self.types[stream.integer(below: Self.types.count)]
    var scope = Scope(variables: parameters, helper: helper, result: result)
    var body = block(&scope, depth, mayReturn: name == "f", &stream)
    body.append(MiniStatement(.give(term(result, scope, depth, &stream))))
    return MiniFunction(name, parameters, result: result, body: body)
  }

  private func block(
    _ scope: inout Scope, _ left: Int, mayReturn: Bool, _ stream: inout RandomStream
  ) -> [MiniStatement] {
    (0..<1 + stream.integer(below: length)).map { _ in statement(&scope, left, mayReturn, &stream) }
  }

  private func inner(
    _ scope: inout Scope, _ left: Int, _ mayReturn: Bool, with variable: MiniFunction.Parameter? = nil,
    _ stream: inout RandomStream
  ) -> [MiniStatement] {
    var own = scope
    if let variable {
      own.variables.append(variable)
      own.fixed.insert(variable.name)
    }
    let statements = block(&own, left - 1, mayReturn: mayReturn, &stream)
    scope.next = own.next
    return statements
  }

  private func statement(
    _ scope: inout Scope, _ left: Int, _ mayReturn: Bool, _ stream: inout RandomStream
  ) -> MiniStatement {
    func name() -> String {
      scope.next += 1
      return "v\(scope.next)"
    }
    let kind = stream.integer(below: left > 0 ? 9 : 6)
    switch kind {
    case 0, 1, 2:
      let settable = scope.variables.filter { !scope.fixed.contains($0.name) }
      if kind == 0 || settable.isEmpty {
        let type = Self.types[stream.integer(below: Self.types.count)]
        let value = term(type, scope, left, &stream)
        let new = name()
        scope.variables.append(.init(new, type))
        return MiniStatement(.declare(new, type, value))
      }
      let target = settable[stream.integer(below: settable.count)]
      guard let element = target.type.element, stream.integer(below: 2) == 0 else {
        return MiniStatement(.assign(target.name, term(target.type, scope, left, &stream)))
      }
      let value = term(element, scope, left, &stream)
      return stream.integer(below: 2) == 0
        ? MiniStatement(.push(target.name, value))
        : MiniStatement(.assignElement(target.name, [term(.int, scope, 0, &stream)], value))
    case 3:
      if let helper = scope.helper {
        let call = MiniTerm(.call(helper.name, helper.parameters.map { term($0.type, scope, 1, &stream) }))
        let new = name()
        scope.variables.append(.init(new, helper.result))
        return MiniStatement(.declare(new, nil, call))
      }
      return MiniStatement(.call(MiniTerm(.call("abs", [term(.int, scope, left, &stream)]))))
    case 4:
      guard mayReturn, stream.integer(below: 3) == 0 else { fallthrough }
      let value = term(scope.result, scope, left, &stream)
      return MiniStatement(
        .branch(term(.bool, scope, left, &stream), then: [MiniStatement(.give(value))], otherwise: []))
    case 5: return MiniStatement(.call(MiniTerm(.call("len", [term(.list(.int), scope, left, &stream)]))))
    case 6:
      let condition = term(.bool, scope, left, &stream)
      let then = inner(&scope, left, mayReturn, &stream)
      return MiniStatement(
        .branch(
          condition, then: then, otherwise: stream.integer(below: 2) == 0 ? inner(&scope, left, mayReturn, &stream) : []
        ))
    case 7:
      let own = name()
      let from = MiniTerm(.int(stream.integer(below: 3)))
      let to =
        stream.integer(below: 2) == 0
        ? MiniTerm(.int(4)) : MiniTerm(.call("len", [term(.list(.int), scope, 0, &stream)]))
      return MiniStatement(
        .count(own, from: from, to: to, inner(&scope, left, mayReturn, with: .init(own, .int), &stream)))
    default:
      let own = name()
      let list = term(.list(.string), scope, 0, &stream)
      return MiniStatement(.each(own, list, inner(&scope, left, mayReturn, with: .init(own, .string), &stream)))
    }
  }

  private struct Rule {
    var result: MiniType
    var name: String
    var parts: [MiniType]

    init(_ result: MiniType, _ name: String, _ parts: MiniType...) {
      (self.result, self.name, self.parts) = (result, name, parts)
    }
  }

  /// What `term` chooses among, beside variables and literals.
  private static let rules: [Rule] = [
    Rule(.int, "+", .int, .int),
    Rule(.int, "-", .int, .int),
    Rule(.int, "*", .int, .int),
    Rule(.int, "/", .int, .int),
    Rule(.int, "%", .int, .int),
    Rule(.int, "-x", .int),
    Rule(.int, "[]", .list(.int), .int),
    Rule(.int, "len", .string),
    Rule(.int, "len", .list(.list(.int))),
    Rule(.int, "sum", .list(.int)),
    Rule(.int, "find", .string, .string),
    Rule(.int, "max", .int, .int),
    Rule(.bool, "<", .int, .int),
    Rule(.bool, ">=", .float, .float),
    Rule(.bool, "==", .list(.int), .list(.int)),
    Rule(.bool, "!=", .string, .string),
    Rule(.bool, "&&", .bool, .bool),
    Rule(.bool, "||", .bool, .bool),
    Rule(.bool, "!", .bool),
    Rule(.bool, "<=", .string, .string),
    Rule(.bool, ">", .int, .int),
    Rule(.string, "+", .string, .string),
    Rule(.string, "text", .int),
    Rule(.string, "[]", .string, .int),
    Rule(.string, "reverse", .string),
    Rule(.string, "join", .list(.string), .string),
    Rule(.float, "+", .float, .float),
    Rule(.float, "*", .float, .float),
    Rule(.float, "float", .int),
    Rule(.float, "-x", .float),
    Rule(.float, "/", .float, .float),
    Rule(.list(.int), "+", .list(.int), .list(.int)),
    Rule(.list(.int), "sort", .list(.int)),
    Rule(.list(.int), "[]", .list(.list(.int)), .int),
    Rule(.list(.int), "list", .int, .int),
    Rule(.list(.int), "take", .list(.int), .int),
    Rule(.list(.string), "list", .string, .string),
    Rule(.list(.string), "chars", .string),
    Rule(.list(.string), "+", .list(.string), .list(.string)),
    Rule(.list(.list(.int)), "list", .list(.int), .list(.int)),
    Rule(.list(.list(.int)), "append", .list(.list(.int)), .list(.int)),
    Rule(.list(.list(.int)), "reverse", .list(.list(.int))),
  ]

  private func term(_ type: MiniType, _ scope: Scope, _ left: Int, _ stream: inout RandomStream) -> MiniTerm {
    let fitting = scope.variables.filter { $0.type == type }
    if left <= 0 || stream.integer(below: 3) == 0 {
      if !fitting.isEmpty, stream.integer(below: 4) > 0 {
        return MiniTerm(.variable(fitting[stream.integer(below: fitting.count)].name))
      }
      return Self.literal(type, &stream)
    }
    let rules = Self.rules.filter { $0.result == type }
    let rule = rules[stream.integer(below: rules.count)]
    let name = rule.name
    let given = rule.parts.map { term($0, scope, left - 1, &stream) }
    if let op = MiniOperator(rawValue: name) { return MiniTerm(.binary(op, given[0], given[1])) }
    return switch name {
    case "-x": MiniTerm(.negated(given[0]))
    case "!": MiniTerm(.not(given[0]))
    case "[]": MiniTerm(.index(given[0], given[1]))
    case "list": MiniTerm(.list(given))
    default: MiniTerm(.call(name, given))
    }
  }

  /// Lists are not empty, so that their types are told wherever they stand.
  private static func literal(_ type: MiniType, _ stream: inout RandomStream) -> MiniTerm {
    guard let element = type.element else { return MiniInputs(length: 3, range: -3...4).value(type, &stream).term }
    return MiniTerm(.list((0...stream.integer(below: 3)).map { _ in literal(element, &stream) }))
  }
}
