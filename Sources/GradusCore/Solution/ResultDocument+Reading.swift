// SPDX-License-Identifier: Apache-2.0

/// A JSON document is not a result, or a part of it is not what it should be.
public struct ResultError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The member in question, such as `solution.x`.
  public var member: String
  public var cause: String

  public var description: String { "\(member.isEmpty ? "the document" : "\"\(member)\"") \(cause)" }
}

extension ResultDocument {
  /// All results in a document: one, or those of a `gradus.results/1` object.
  public static func all(in json: JSONValue) throws(ResultError) -> [ResultDocument] {
    guard json["schema"]?.text == "gradus.results/1" else { return [try ResultDocument(json)] }
    guard let results = json["results"]?.elements else {
      throw ResultError(member: "results", cause: "must be an array of results")
    }
    var documents: [ResultDocument] = []
    for result in results { documents.append(try ResultDocument(result)) }
    return documents
  }

  /// Reads what `json` wrote. `schema` and `status` must be there; unknown members are ignored.
  public init(_ json: JSONValue) throws(ResultError) {
    self.init()
    let top = Member(path: "", value: json)
    guard json.members != nil else { throw ResultError(member: "", cause: "is \(json.kindName), not an object") }
    guard let schema = json["schema"]?.text, schema == Self.schema else {
      throw ResultError(member: "schema", cause: "must be \"\(Self.schema)\"")
    }
    guard let status = json["status"]?.text.flatMap(Status.init(rawValue:)) else {
      let words = Status.allCases.map(\.rawValue).joined(separator: ", ")
      throw ResultError(member: "status", cause: "must be one of \(words)")
    }
    self.status = status
    version = try top.text("version") ?? ""
    seed = try top.number("seed").flatMap { UInt64(exactly: $0) } ?? 0
    seconds = try top.number("seconds") ?? 0
    if let member = try top.object("problem") { problem = try ProblemSummary(member) }
    if let member = try top.object("method") {
      method.name = try member.text("name") ?? ""
      method.settings = try member.object("settings")?.value.members ?? []
      method.components = try member.object("components")?.value.members ?? []
      method.reasons = member.value["reasons"]?.elements?.compactMap(\.text) ?? []
    }
    if let values = json["objective"]?.doubles {
      objectives = values
    } else if let value = try top.number("objective") {
      objectives = [value]
    }
    bound = try top.number("bound")
    if let member = try top.object("stopped") {
      guard let kind = try member.text("kind").flatMap(StopReason.Kind.init(rawValue:)) else {
        throw ResultError(member: "stopped.kind", cause: "is unknown")
      }
      stopped = StopReason(kind, try member.text("rule") ?? "", meansConvergence: kind == .converged)
    }
    steps = try top.number("steps").flatMap { Int(exactly: $0) } ?? 0
    for entry in try top.object("answers")?.value.members ?? [] {
      answers.append(AnswerCount(kind: entry.name, count: entry.value.whole ?? 0))
    }
    operations = try top.number("operations").flatMap { Int(exactly: $0) }
    if let member = try top.object("tolerances") { tolerances = try Tolerances(member) }
    if let member = try top.object("certificate") { certificate = try Certificate(member) }
    solution = try top.numbers("solution")
    duals = try top.numbers("duals")
    reducedCosts = try top.numbers("reducedCosts")
    if let member = try top.object("basis") {
      guard let columns = [BasisStatus](letters: try member.text("columns") ?? ""),
        let rows = [BasisStatus](letters: try member.text("rows") ?? "")
      else { throw ResultError(member: "basis", cause: "must be written with the letters l, b, u, f and n") }
      basis = Basis(columns: columns, rows: rows)
    }
    ray = try top.numbers("ray")
    relaxation = try top.numbers("relaxation")
    if let member = try top.object("conflict") {
      conflict = Conflict(rows: try member.texts("rows"), bounds: try member.texts("bounds"))
    }
    explanation = try top.texts("explanation")
    if let member = try top.object("sensitivity") {
      sensitivity = try Sensitivity(member.value, variables: solution?.names ?? [])
    }
  }
}

/// A value and the way to it, for messages.
private struct Member {
  var path: String
  var value: JSONValue

  private func wrong(_ name: String, _ expected: String, _ found: JSONValue) -> ResultError {
    ResultError(member: path + name, cause: "must be \(expected), not \(found.kindName)")
  }

  /// The member, or nil when it is absent or null.
  private func member(_ name: String) -> JSONValue? { value[name].flatMap { $0.isNull ? nil : $0 } }

  func text(_ name: String) throws(ResultError) -> String? {
    guard let found = member(name) else { return nil }
    guard let text = found.text else { throw wrong(name, "a string", found) }
    return text
  }

  func number(_ name: String) throws(ResultError) -> Double? {
    guard let found = member(name) else { return nil }
    guard let number = found.double else { throw wrong(name, "a number", found) }
    return number
  }

  func truth(_ name: String) throws(ResultError) -> Bool? {
    guard let found = member(name) else { return nil }
    guard let truth = found.truth else { throw wrong(name, "true or false", found) }
    return truth
  }

  func object(_ name: String) throws(ResultError) -> Member? {
    guard let found = member(name) else { return nil }
    guard found.members != nil else { throw wrong(name, "an object", found) }
    return Member(path: "\(path)\(name).", value: found)
  }

  func texts(_ name: String) throws(ResultError) -> [String] {
    guard let found = member(name) else { return [] }
    guard let elements = found.elements else { throw wrong(name, "an array", found) }
    return elements.compactMap(\.text)
  }

  func numbers(_ name: String) throws(ResultError) -> NamedNumbers? {
    guard let found = member(name) else { return nil }
    guard let members = found.members else { throw wrong(name, "an object", found) }
    var names = NameTable()
    var values: [Double] = []
    values.reserveCapacity(members.count)
    for entry in members {
      guard let number = entry.value.double else { throw wrong("\(name).\(entry.name)", "a number", entry.value) }
      names.append(entry.name)
      values.append(number)
    }
    return NamedNumbers(names, values)
  }
}

extension ResultDocument.ProblemSummary {
  fileprivate init(_ member: Member) throws(ResultError) {
    self.init()
    name = try member.text("name") ?? ""
    kind = try member.text("kind") ?? ""
    if let text = try member.text("sense") {
      guard let sense = Sense(rawValue: text) else {
        throw ResultError(member: "problem.sense", cause: "must be minimize or maximize")
      }
      self.sense = sense
    }
    func count(_ name: String) throws(ResultError) -> Int { try member.number(name).flatMap { Int(exactly: $0) } ?? 0 }
    variables = try count("variables")
    integerVariables = try count("integerVariables")
    constraints = try count("constraints")
    nonzeros = try count("nonzeros")
    fingerprint = try member.text("fingerprint") ?? ""
  }
}

extension Tolerances {
  fileprivate init(_ member: Member) throws(ResultError) {
    self.init()
    feasibility = try member.number("feasibility") ?? feasibility
    dual = try member.number("dual") ?? dual
    integrality = try member.number("integrality") ?? integrality
    gapRelative = try member.number("gapRelative") ?? gapRelative
    gapAbsolute = try member.number("gapAbsolute") ?? gapAbsolute
    stationarity = try member.number("stationarity") ?? stationarity
  }
}

extension Certificate {
  fileprivate init(_ member: Member) throws(ResultError) {
    guard let kind = try member.text("kind").flatMap(Kind.init(rawValue:)) else {
      throw ResultError(member: "certificate.kind", cause: "is unknown")
    }
    self.init(kind)
    pointChecked = try member.text("point") == "checked"
    let voucher = try member.text("bound") ?? "none"
    if voucher == "checked" {
      bound = .checked
    } else if voucher.hasPrefix("reportedBy ") {
      bound = .reported(by: String(voucher.dropFirst("reportedBy ".count)))
    }
    verified = try member.truth("verified") ?? false
    primalResidual = try member.number("primalResidual")
    primalResidualRelative = try member.number("primalResidualRelative")
    dualResidual = try member.number("dualResidual")
    dualResidualRelative = try member.number("dualResidualRelative")
    complementarity = try member.number("complementarity")
    integralityResidual = try member.number("integralityResidual")
    gradientNorm = try member.number("gradientNorm")
    smallestCurvature = try member.number("smallestCurvature")
    margin = try member.number("margin")
    note = try member.text("note")
  }
}
