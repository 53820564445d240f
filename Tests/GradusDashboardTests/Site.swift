// SPDX-License-Identifier: Apache-2.0
import Foundation
import Gradus
import GradusCore
import GradusDashboard
import GradusStudy

/// A dashboard over a folder, asked as a server would ask it.
final class Site: Sendable {
  static let token = "0123456789abcdef"
  let folder: URL
  let dashboard: Dashboard

  init(folder: URL? = nil) throws {
    let made = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    self.folder = folder ?? made
    try FileManager.default.createDirectory(
      at: self.folder.appendingPathComponent("runs"), withIntermediateDirectories: true)
    dashboard = Dashboard(
      .init(
        storages: [self.folder.appendingPathComponent("s.journal").path],
        runs: self.folder.appendingPathComponent("runs").path, token: Self.token))
  }

  var storage: String { folder.appendingPathComponent("s.journal").path }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// With the token.
  func get(_ target: String) async -> DashboardReply {
    await dashboard.reply(
      to: DashboardRequest(method: "GET", target: target, authorization: "Bearer \(Self.token)"))
  }

  func text(_ target: String) async -> String { String(decoding: await get(target).body, as: UTF8.self) }

  func post(_ target: String, _ body: String = "") async -> (status: Int, json: JSONValue) {
    let reply = await dashboard.reply(
      to: DashboardRequest(
        method: "POST", target: target, authorization: "Bearer \(Self.token)", body: Array(body.utf8)))
    return (reply.status, (try? JSONValue(parsing: reply.body)) ?? .null)
  }

  /// A study that anybody may ask.
  static func plan(_ name: String = "wing", trials: Int = 20) -> StudyPlan {
    var plan = StudyPlan(name: name)
    plan.parameters = [
      ["name": "x", "type": "float", "low": -5.0, "high": 5.0],
      ["name": "kind", "type": "categorical", "choices": ["a", "b"]],
    ]
    plan.objectives = [.init("loss", .minimize)]
    plan.method = "random-search"
    plan.intermediate = "step"
    plan.trials = trials
    return plan
  }

  /// Begins the study of a plan, and ends some of its trials.
  @discardableResult
  func begin(_ plan: StudyPlan, ending count: Int = 0) throws -> StudyDesk {
    let desk = try StudyDesk(StudyStorage(storage), plan, StudyMethod(for: plan), host: "test")
    for _ in 0..<count {
      guard case .trial(let trial) = try desk.claim() else { break }
      let x = trial.values.first?.value.double ?? 0
      try desk.end(trial, .complete(values: [x * x], constraints: [], notes: []))
    }
    return desk
  }

  func clear() { try? FileManager.default.removeItem(at: folder) }
}
