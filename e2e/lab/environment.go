package lab

// The settings of the servers under test, as environment variables of Mattermost's configuration.

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
)

// quietSettings makes a server that is alone, calls nobody, greets nobody, does no work of its own
// and lets tests log in as often as they like.
func quietSettings() []string {
	return []string{
		"MM_SERVICESETTINGS_ENABLELOCALMODE=true",
		"MM_SERVICESETTINGS_ENABLEDEVELOPER=false",
		"MM_SERVICESETTINGS_ENABLEPOSTUSERNAMEOVERRIDE=true",
		"MM_SERVICESETTINGS_ENABLEPOSTICONOVERRIDE=true",
		"MM_SERVICESETTINGS_ENABLEUSERACCESSTOKENS=true",
		"MM_SERVICESETTINGS_ENABLESECURITYFIXALERT=false",
		"MM_SERVICESETTINGS_ENABLEONBOARDINGFLOW=false",
		"MM_SERVICESETTINGS_ENABLETUTORIAL=false",
		"MM_SERVICESETTINGS_ENABLEDESKTOPLANDINGPAGE=false",
		"MM_SERVICESETTINGS_MAXIMUMLOGINATTEMPTS=100000",
		"MM_TEAMSETTINGS_ENABLEOPENSERVER=true",
		"MM_TEAMSETTINGS_MAXUSERSPERTEAM=1000",
		"MM_PASSWORDSETTINGS_MINIMUMLENGTH=8",
		"MM_PASSWORDSETTINGS_LOWERCASE=false",
		"MM_PASSWORDSETTINGS_UPPERCASE=false",
		"MM_PASSWORDSETTINGS_NUMBER=false",
		"MM_PASSWORDSETTINGS_SYMBOL=false",
		"MM_EMAILSETTINGS_SENDEMAILNOTIFICATIONS=false",
		"MM_EMAILSETTINGS_SENDPUSHNOTIFICATIONS=false",
		"MM_EMAILSETTINGS_REQUIREEMAILVERIFICATION=false",
		"MM_JOBSETTINGS_RUNJOBS=false", // with its jobs the server takes up to 15 s to stop
		"MM_JOBSETTINGS_RUNSCHEDULER=false",
		"MM_RATELIMITSETTINGS_ENABLE=false",
		"MM_METRICSSETTINGS_ENABLE=false",
		"MM_LOGSETTINGS_ENABLECONSOLE=true",
		"MM_LOGSETTINGS_CONSOLEJSON=true",
		"MM_LOGSETTINGS_CONSOLELEVEL=INFO",
		"MM_LOGSETTINGS_ENABLEFILE=false",
		"MM_LOGSETTINGS_ENABLEDIAGNOSTICS=false",
		"MM_LOGSETTINGS_ENABLESENTRY=false",
		"MM_ANNOUNCEMENTSETTINGS_ADMINNOTICESENABLED=false",
		"MM_ANNOUNCEMENTSETTINGS_USERNOTICESENABLED=false",
		"MM_PLUGINSETTINGS_ENABLE=true",
		"MM_PLUGINSETTINGS_ENABLEUPLOADS=true",
		"MM_PLUGINSETTINGS_AUTOMATICPREPACKAGEDPLUGINS=false",
		"MM_PLUGINSETTINGS_ENABLEMARKETPLACE=false",
		"MM_PLUGINSETTINGS_ENABLEREMOTEMARKETPLACE=false",
	}
}

// environment is that of this process without its own MM_ settings, then the quiet settings, then
// those of this server, then the caller's; the last one of a name counts.
func (s *Server) environment() []string {
	var all []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "MM_") {
			all = append(all, variable)
		}
	}
	all = append(all, quietSettings()...)

	settings := map[string]string{
		"MM_SQLSETTINGS_DRIVERNAME":                  "postgres",
		"MM_SQLSETTINGS_DATASOURCE":                  s.options.DSN,
		"MM_SERVICESETTINGS_SITEURL":                 s.SiteURL,
		"MM_SERVICESETTINGS_LISTENADDRESS":           fmt.Sprintf("127.0.0.1:%d", s.options.Port),
		"MM_SERVICESETTINGS_LOCALMODESOCKETLOCATION": s.socket(),
		"MM_FILESETTINGS_DIRECTORY":                  s.options.DataDir,
		"MM_PLUGINSETTINGS_DIRECTORY":                s.pluginDir(),
		"MM_PLUGINSETTINGS_CLIENTDIRECTORY":          filepath.Join(s.Dir, "client-plugins"),
	}
	maps.Copy(settings, s.options.Env)
	for name, value := range settings {
		all = append(all, name+"="+value)
	}
	return all
}

func (s *Server) socket() string { return filepath.Join(s.Dir, "local.socket") }
