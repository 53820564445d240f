// SPDX-License-Identifier: Apache-2.0
import Gradus

extension AskTellSession {
  /// The run as text; `start` with it as `state` continues bit for bit.
  package func saved() throws -> String {
    let checkpoint = try run.checkpoint().serialized()
    let state: JSONValue = [
      "schema": "gradus.asktell/1", "description": description.json, "method": .string(entry.card.name),
      "checkpoint": .string(Base64.encode(checkpoint)), "nextID": .integer(nextID), "answered": .integer(answered),
      "handed": .array(handed.map(Self.json)), "queue": .array(queue.map(Self.json)),
      "lastAsk": .array(lastAsk.map { .integer($0) }), "pruning": try pruning?.saved() ?? .null,
      "reasons": .array(reasons.map { .string($0) }),
      "best": best.map {
        [
          "point": JSONValue(numbers: $0.point.elements), "objectives": JSONValue(numbers: $0.objectives),
          "violation": .number($0.violation),
        ]
      } ?? .null,
    ]
    return Base64.encode(state.serialized())
  }

  private static func json(_ handed: Handed) -> JSONValue {
    [
      "id": .integer(handed.id), "ticket": handed.ticket.map { .integer($0) } ?? .null,
      "point": JSONValue(numbers: handed.point.elements), "fidelity": JSONValue(handed.fidelity),
    ]
  }

  /// Continues a saved run. What `start` says beside the state does not count, since the state holds it all; but a method or
  /// a layout that contradicts it is refused.
  package init(restoring text: String, _ start: JSONValue) throws {
    let damaged = AskTellError(.state, "the state cannot be read; give back the text of 'save' unchanged")
    guard let bytes = Base64.decode(text), let json = try? JSONValue(parsing: bytes),
      json["schema"]?.text == "gradus.asktell/1", let described = json["description"],
      let name = json["method"]?.text, let packed = json["checkpoint"]?.text, let raw = Base64.decode(packed),
      let nextID = json["nextID"]?.whole, let answered = json["answered"]?.whole,
      let handed = Self.handed(json["handed"]), let queue = Self.handed(json["queue"]),
      let lastAsk = json["lastAsk"]?.elements?.compactMap(\.whole)
    else { throw damaged }
    if let wanted = start["method"]?.text, wanted != name {
      throw AskTellError(
        .state, "the state was saved by \(name), not by \(wanted); leave \"method\" out, or start without \"state\"")
    }
    let description = try AskTellDescription(described)
    if let given = start["layout"], !given.isNull, try AskTellDescription.layout(given) != description.layout {
      throw AskTellError(.state, "the state was saved with another layout; leave \"layout\" out")
    }
    let entry = try DefaultMethod.entry(named: name)
    let choice = DefaultMethod.Choice(entry: entry, reasons: json["reasons"]?.elements?.compactMap(\.text) ?? [])
    try self.init(description, choice, resuming: try Checkpoint(bytes: raw, name: "the state"))
    let n = description.space.dimension
    guard (handed + queue).allSatisfy({ $0.point.count == n }),
      Set(run.waiting) == Set(handed.compactMap(\.ticket))
    else { throw damaged }
    self.nextID = nextID
    self.answered = answered
    self.handed = handed
    self.queue = queue
    self.lastAsk = lastAsk
    if let reported = json["pruning"], !reported.isNull {
      guard let pruning = try? TrialPruning(restoring: reported) else { throw damaged }
      self.pruning = pruning
    }
    guard let best = json["best"], !best.isNull else { return }
    guard let point = best["point"]?.doubles, point.count == n, let objectives = best["objectives"]?.doubles,
      let violation = best["violation"]?.double
    else { throw damaged }
    self.best = Best(point: Vector(point), objectives: objectives, violation: violation)
  }

  private static func handed(_ json: JSONValue?) -> [Handed]? {
    guard let elements = json?.elements else { return nil }
    var all: [Handed] = []
    for element in elements {
      guard let id = element["id"]?.whole, let point = element["point"]?.doubles, let ticket = element["ticket"],
        ticket.isNull || ticket.whole != nil
      else { return nil }
      all.append(Handed(id: id, ticket: ticket.whole, point: Vector(point), fidelity: element["fidelity"]?.double))
    }
    return all
  }
}
