// SPDX-License-Identifier: Apache-2.0
import Gradus

/// Serves lines of JSON: one run at a time, an answer a line, and no line that ends the process but `quit`.
package struct AskTellService {
  private let defaultMethod: String?
  /// The run that is served now.
  package private(set) var session: AskTellSession?
  private var writer = JSONWriter()

  package init(defaultMethod: String?) { self.defaultMethod = defaultMethod }

  /// The answer to one line, ended by a line feed; nil when the caller said goodbye.
  package mutating func answer(_ line: [UInt8]) -> [UInt8]? {
    writer.removeAll()
    do {
      let json = try JSONValue(parsing: line)
      guard let command = json.members?.first(where: { Self.commands.contains($0.name) }) else {
        throw AskTellError(
          .unknownCommand, "expected an object with one of \(Self.commands.joined(separator: ", "))")
      }
      if command.name == "quit" { return nil }
      try serve(command.name, command.value)
    } catch {
      writer.removeAll()
      AskTellError(error).write(to: &writer)
    }
    return writer.bytes + [0x0A]
  }

  /// The answer to a line of more than `limit` bytes.
  package static func tooLong(limit: Int) -> [UInt8] {
    var writer = JSONWriter()
    AskTellError(.malformed, "the line is longer than \(limit) bytes").write(to: &writer)
    return writer.bytes + [0x0A]
  }

  private static let commands = [
    "ask", "tell", "start", "report", "enqueue", "pending", "best", "recommend", "why", "save", "end", "quit",
  ]

  private mutating func serve(_ command: String, _ value: JSONValue) throws {
    if command == "start" { return try start(value) }
    guard session != nil else { throw AskTellError(.noRun, "there is no run; begin one with \"start\"") }
    switch command {
    case "ask": try ask(value)
    case "tell":
      let isLearning = try session?.tell(value)
      writer.raw("{\"ok\":true")
      if let isLearning { writer.raw(isLearning ? ",\"learned\":true" : ",\"learned\":false") }
      writer.raw("}")
    case "report": try report(value)
    case "enqueue": try enqueue(value)
    case "pending": pending()
    case "best": best()
    case "why": why()
    case "recommend":
      writer.raw("{\"x\":")
      recommendation()
      writer.raw("}")
    case "save":
      writer.raw("{\"state\":")
      writer.write(try session?.saved() ?? "")
      writer.raw("}")
    default: end()
    }
  }

  private mutating func start(_ value: JSONValue) throws {
    let new: AskTellSession
    if let state = value["state"], !state.isNull {
      guard let text = state.text else { throw AskTellError(.state, "\"state\" must be the text of 'save'") }
      new = try AskTellSession(restoring: text, value)
    } else {
      new = try AskTellSession(AskTellDescription(value), defaultMethod: defaultMethod)
    }
    session = new
    writer.raw("{\"ok\":true,\"method\":")
    writer.write(new.entry.card.name)
    writer.raw(",\"oracle\":")
    writer.write(new.entry.outsideName ?? "value")
    writer.raw("}")
  }

  /// Why this method, and what it has chosen since.
  private mutating func why() {
    writer.raw("{\"why\":[")
    for (i, reason) in (session?.explanation ?? []).enumerated() {
      if i > 0 { writer.raw(",") }
      writer.write(reason)
    }
    writer.raw("]}")
  }

  private mutating func ask(_ value: JSONValue) throws {
    let most = value["max"].flatMap { $0.isNull ? nil : $0 }
    guard let limit = most.map({ $0.whole }) ?? session.map({ $0.description.batch ?? 1 }), limit >= 1 else {
      throw AskTellError(.badRequest, "\"max\" must be a whole number of at least 1")
    }
    switch try session?.ask(limit) ?? .wait {
    case .wait: writer.raw("{\"wait\":true}")
    case .stop(let reason):
      writer.raw("{\"stop\":")
      writer.write(reason)
      writer.raw("}")
    case .points(let points):
      writer.raw("{\"points\":[")
      for (i, point) in points.enumerated() {
        if i > 0 { writer.raw(",") }
        session?.description.space.write(point.point, to: &writer)
      }
      writer.raw("],\"ids\":[")
      for (i, point) in points.enumerated() {
        if i > 0 { writer.raw(",") }
        writer.write(point.id)
      }
      writer.raw("]")
      if points.contains(where: { $0.fidelity != nil }) {
        writer.raw(",\"fidelity\":")
        writer.write(points.map { $0.fidelity ?? 1 })
      }
      writer.raw("}")
    }
  }

  private mutating func report(_ value: JSONValue) throws {
    guard let id = value["id"]?.whole else {
      throw AskTellError(.unknownId, "\"report\" needs the \"id\" of a point that waits for an answer")
    }
    // A value that is no number counts as worse than all that are.
    guard let given = value["value"], let number = given.isNull ? Double.nan : given.double else {
      throw AskTellError(.badRequest, "\"report\" needs a number \"value\"")
    }
    guard let step = value["step"] == nil ? 0 : value["step"]?.whole else {
      throw AskTellError(.badRequest, "\"step\" must be a whole number of at least 0")
    }
    let isPruned = try session?.report(id, step: step, value: number) ?? false
    writer.raw(isPruned ? "{\"prune\":true}" : "{\"prune\":false}")
  }

  private mutating func enqueue(_ value: JSONValue) throws {
    guard let space = session?.description.space, let x = value["x"] else {
      throw AskTellError(.badRequest, "\"enqueue\" needs \"x\"")
    }
    let point = try space.point(from: x, "x")
    writer.raw("{\"id\":")
    writer.write(session?.enqueue(point) ?? 0)
    writer.raw("}")
  }

  private mutating func pending() {
    writer.raw("{\"ids\":[")
    for (i, point) in (session?.handed ?? []).enumerated() {
      if i > 0 { writer.raw(",") }
      writer.write(point.id)
    }
    writer.raw("]}")
  }

  private mutating func best() {
    guard let session, let choice = session.choice else {
      writer.raw("{\"x\":null,\"f\":null,\"front\":[]}")
      return
    }
    writer.raw("{\"x\":")
    session.description.space.write(choice.point, to: &writer)
    writer.raw(",\"f\":")
    if choice.objectives.isEmpty { writer.raw("null") } else { writer.write(choice.objectives) }
    writer.raw(",\"front\":[")
    for (i, member) in session.front.enumerated() {
      if i > 0 { writer.raw(",") }
      writer.raw("{\"x\":")
      session.description.space.write(member.point, to: &writer)
      writer.raw(",\"f\":")
      writer.write(member.outcomes.objectives)
      writer.raw("}")
    }
    writer.raw("]}")
  }

  /// The point to use, or all those of the front.
  private mutating func recommendation() {
    if let session, !session.front.isEmpty {
      writer.raw("[")
      for (i, member) in session.front.enumerated() {
        if i > 0 { writer.raw(",") }
        session.description.space.write(member.point, to: &writer)
      }
      writer.raw("]")
    } else if let session, let point = session.recommendation {
      session.description.space.write(point, to: &writer)
    } else {
      writer.raw("null")
    }
  }

  private mutating func end() {
    writer.raw("{\"ok\":true,\"recommend\":")
    recommendation()
    writer.raw("}")
    session = nil
  }
}
