// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusStudy

/// The interface for programs: JSON in and out. Errors are `{"error": {"code": …, "message": …}}`.
extension Dashboard {
  func api(_ path: [String], _ request: DashboardRequest) throws -> DashboardReply {
    switch path.first {
    case "studies":
      guard path.count > 1 else { return .json(try list()) }
      return request.method == "POST"
        ? try change(Array(path.dropFirst()), request) : try look(Array(path.dropFirst()), request.query)
    case "runs": return try run(Array(path.dropFirst()), request)
    default:
      throw DashboardError.unknown("there is no /api/\(path.joined(separator: "/")); see /api/studies and /api/runs")
    }
  }

  private func list() throws -> JSONValue {
    var entries: [JSONValue] = []
    for (k, view) in shelf.views.enumerated() {
      for study in try view.replica().studies.values.sorted(by: { $0.id < $1.id }) where !study.directions.isEmpty {
        let summary = StudySummary(study)
        entries.append([
          "name": .string(study.name), "storage": .integer(k),
          "directions": JSONValue(strings: study.directions.map(\.name)),
          "objectives": JSONValue(strings: study.objectiveNames), "counts": StudyText.counts(json: summary),
          "best": .array(summary.best.prefix(100).map { .integer($0) }),
        ])
      }
    }
    return ["schema": "gradus.studies/1", "studies": .array(entries)]
  }

  private func look(_ path: [String], _ query: [String: String]) throws -> DashboardReply {
    let study = try shelf.find(path[0], storage: query["storage"]).study
    switch (path.count, path.dropFirst().first) {
    case (1, _):
      let summary = StudySummary(study)
      return .json([
        "name": .string(study.name), "directions": JSONValue(strings: study.directions.map(\.name)),
        "objectives": JSONValue(strings: study.objectiveNames), "counts": StudyText.counts(json: summary),
        "lastChange": JSONValue(summary.lastChange?.description),
        "best": .array(summary.best.prefix(100).map { StudyDocument.json(study.trials[$0], in: study) }),
        "userAttributes": .object(study.userAttributes),
      ])
    case (2, "best"):
      return .json(["best": .array(study.best.map { StudyDocument.json(study.trials[$0], in: study) })])
    case (2, "trials"): return .json(StudyDocument(study).parts.flatMap(\.self))
    case (3, "trials"): return .json(StudyDocument.json(study.trials[try number(path[2], in: study)], in: study))
    case (2, "importance"):
      let site = StudySite(study: study, address: "", query: query, now: .now)
      let importance: ParameterImportance
      do { importance = try ParameterImportance(study, objective: site.objective) } catch {
        throw DashboardError(409, "tooFew", error.description)
      }
      return .json([
        "objective": .string(study.objectiveNames[site.objective]), "trials": .integer(importance.trials),
        "parameters": .array(importance.entries.map { ["name": .string($0.name), "share": .number($0.share)] }),
        "together": .number(importance.rest),
      ])
    default:
      throw DashboardError.unknown(
        "a study has trials, best and importance, not '\(path.dropFirst().joined(separator: "/"))'")
    }
  }

  private func number(_ text: String, in study: StudyRecord) throws -> Int {
    guard let number = Int(text), study.trials.indices.contains(number) else {
      throw DashboardError.unknown("the study has no trial '\(text)'")
    }
    return number
  }

  private func change(_ path: [String], _ request: DashboardRequest) throws -> DashboardReply {
    let body = request.body.isEmpty ? JSONValue.object([]) : try JSONValue(parsing: request.body)
    guard body.members != nil else { throw DashboardError.malformed("the body must be an object") }
    let found = try shelf.find(path[0], storage: request.query["storage"])
    let key = TrialCounter.Key(storage: shelf.views[found.storage].url, study: path[0])
    switch (path.count, path.dropFirst().first) {
    case (2, "ask"):
      guard let lease = body["lease"] == nil ? TrialCounter.usualLease : body["lease"]?.double, lease >= 1, lease <= 1e7
      else {
        throw DashboardError.malformed("\"lease\" must be seconds from 1 to 1e7")
      }
      return .json(try counter.ask(key, seconds: lease))
    case (4, "trials"):
      guard let number = Int(path[2]) else { throw DashboardError.unknown("the study has no trial '\(path[2])'") }
      switch path[3] {
      case "tell": return .json(try counter.tell(key, number, body))
      case "beat": return .json(try counter.beat(key, number))
      case "report":
        guard let step = body["step"]?.whole, step >= 0 else {
          throw DashboardError.malformed("\"step\" must be a whole number of at least 0")
        }
        guard let given = body["value"], let value = given.isNull ? .nan : given.double else {
          throw DashboardError.malformed("\"value\" must be a number")
        }
        return .json(try counter.report(key, number, step: step, value: value))
      default: throw DashboardError.unknown("a trial takes tell, report and beat, not '\(path[3])'")
      }
    default: throw DashboardError.unknown("a study takes ask and trials/NUMBER/tell, report and beat")
    }
  }

  private func run(_ path: [String], _ request: DashboardRequest) throws -> DashboardReply {
    let now = Double(Timestamp.now.microseconds) * 1e-6
    switch (path.count, request.method) {
    case (0, "POST"):
      let body = try JSONValue(parsing: request.body)
      guard body["start"] != nil else {
        throw DashboardError.malformed("expected {\"start\": {…}} as in 'gradus ask-tell', and a \"name\" if wanted")
      }
      if let name = body["name"], name.text == nil { throw DashboardError.malformed("\"name\" must be a text") }
      let line = JSONValue.object([.init("start", body["start"] ?? .null)]).serialized()
      // What cannot begin leaves no run behind.
      let trial = try HostedRun("", keptIn: nil).answer(line, at: now)
      if let problem = try? JSONValue(parsing: trial), problem["error"] != nil { return .json(trial, status: 400) }
      let run = try runs.begin(body["name"]?.text)
      var members = try JSONValue(parsing: try run.answer(line, at: now)).members ?? []
      members.insert(.init("run", .string(run.name)), at: 0)
      return .json(.object(members), status: 201)
    case (1, "POST"):
      guard let run = try runs.hosted(path[0]) else {
        throw DashboardError.unknown("there is no run '\(path[0])'; begin one with POST /api/runs")
      }
      let answer = try run.answer(request.body, at: now)
      let isError = (try? JSONValue(parsing: answer))?["error"] != nil
      return .json(answer, status: isError ? 400 : 200)
    case (0, _):
      let entries = try runs.names().map { entry -> JSONValue in
        let row = (try? RunSite(name: entry.name, run: runs.run(entry.name)).row) ?? ["", "unreadable", ""]
        return ["name": .string(entry.name), "method": .string(row[0]), "state": .string(row[1])]
      }
      return .json(["runs": .array(entries)])
    case (1, _):
      let row = RunSite(name: path[0], run: try runs.run(path[0])).row
      return .json([
        "name": .string(path[0]), "method": .string(row[0]), "state": .string(row[1]), "value": .string(row[2]),
      ])
    default: throw DashboardError.unknown("runs are at /api/runs/NAME")
    }
  }
}
