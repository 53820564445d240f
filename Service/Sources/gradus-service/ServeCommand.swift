// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import GradusCore
import GradusDashboard
import Hummingbird
import HummingbirdCore
import Logging
import ServiceLifecycle

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `gradus serve`: the dashboard over HTTP.
@main
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gradus serve", abstract: "Serves a dashboard of studies and runs, and their interface for programs.",
    discussion: """
      gradus serve --storage wing.journal --storage postgresql://user@host/studies --runs runs

      The address that it prints opens the pages; programs send its token as 'Authorization: Bearer TOKEN'. What it serves \
      over HTTP is described in Documentation/serve.md. It listens on this machine only, if --host does not say otherwise; \
      the connection is not encrypted, so let a proxy with TLS or an SSH tunnel carry it through a network.
      """, version: gradusVersion)

  @Option(help: ArgumentHelp("A storage of studies; repeatable.", valueName: "url"))
  var storage: [String] = []

  @Option(help: ArgumentHelp("Where records and logs of runs are, and runs over HTTP are kept.", valueName: "folder"))
  var runs: String?

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(help: "The port to listen on; 0: any that is free.")
  var port = 8737

  @Option(help: ArgumentHelp("Where the token is; without it GRADUS_TOKEN, or else a new one.", valueName: "file"))
  var tokenFile: String?

  @Flag(help: "Print nothing but the address.")
  var quiet = false

  mutating func validate() throws {
    if !(0...65535).contains(port) { throw ValidationError("--port must be from 0 to 65535") }
    if storage.contains("") { throw ValidationError("--storage is empty; name a storage") }
    if let twice = storage.indices.first(where: { storage[..<$0].contains(storage[$0]) }) {
      throw ValidationError("the storage \(storage[twice]) is named twice")
    }
    if host.isEmpty { throw ValidationError("--host is empty; leave it out, or name an address") }
  }

  func run() async throws {
    let token: String
    do {
      if let runs { try ServiceFiles.make(folder: runs) }
      token = try ServiceFiles.token(file: tokenFile)
    } catch { Console.end(3, error.description) }
    let dashboard = Dashboard(.init(storages: storage, runs: runs, token: token))
    let isQuiet = quiet
    let isLocal = ["127.0.0.1", "::1", "localhost"].contains(host)
    let host = host
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in
        await HTTPAdapter.respond(to: request, dashboard)
      },
      server: .http1(configuration: HTTPAdapter.channel),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), serverName: "gradus",
        availableConnectionsDelegate: MaximumAvailableConnections(HTTPAdapter.mostConnections)),
      services: [Caretaker(dashboard: dashboard)],
      onServerRunning: { channel in
        let shown = host.contains(":") ? "[\(host)]" : host
        print("http://\(shown):\(channel.localAddress?.port ?? 0)/?token=\(token)")
        fflush(nil)
        if !isLocal, !isQuiet {
          Console.say(
            "others can reach this address, and the connection is not encrypted: let a proxy with TLS carry it")
        }
      }, logger: Logger(label: "gradus") { _ in SwiftLogNoOpLogHandler() })
    do { try await application.runService() } catch {
      Console.end(1, "cannot listen on \(host), port \(port): \(error); choose another --host or --port")
    }
  }
}

/// Looks after lent trials while the server runs, and puts them back when it ends.
struct Caretaker: Service {
  let dashboard: Dashboard

  func run() async throws {
    // Read before anybody asks.
    _ = await dashboard.revision(of: "/")
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try await Task.sleep(for: .seconds(1))
        await dashboard.tend()
      }
    }
    await dashboard.close()
  }
}
