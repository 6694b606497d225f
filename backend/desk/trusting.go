package desk

// Trusting says how one system or program comes to trust the authority, and
// how it forgets it again: commands, or words for what has none. creel-ca.pem
// is the downloaded certificate, PORT the port of HTTPS.
type Trusting struct {
	System string
	Do     []string
	Undo   []string
}

// HowToTrust lists what to do for senders that should accept HTTPS from the
// catch port. A sender that may skip verification needs none of it.
func HowToTrust() []Trusting {
	return []Trusting{
		{"curl", []string{"curl --cacert creel-ca.pem https://127.0.0.1:PORT/"}, nil},
		{"Debian, Ubuntu", []string{"sudo cp creel-ca.pem /usr/local/share/ca-certificates/creel-ca.crt", "sudo update-ca-certificates"},
			[]string{"sudo rm /usr/local/share/ca-certificates/creel-ca.crt", "sudo update-ca-certificates --fresh"}},
		{"Fedora, RHEL", []string{"sudo cp creel-ca.pem /etc/pki/ca-trust/source/anchors/", "sudo update-ca-trust"},
			[]string{"sudo rm /etc/pki/ca-trust/source/anchors/creel-ca.pem", "sudo update-ca-trust"}},
		{"macOS", []string{"security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db creel-ca.pem"},
			[]string{"security remove-trusted-cert creel-ca.pem"}},
		{"Windows", []string{"certutil -user -addstore Root creel-ca.pem"}, []string{`certutil -user -delstore Root "Creel local CA"`}},
		{"Firefox", []string{"Settings, Privacy & Security, View Certificates, Authorities, Import: creel-ca.pem, for websites"},
			[]string{"the same place: choose Creel, Delete or Distrust"}},
		{"Node.js", []string{"NODE_EXTRA_CA_CERTS=creel-ca.pem node app.js"}, nil},
		{"Python (requests)", []string{"REQUESTS_CA_BUNDLE=creel-ca.pem python app.py"}, nil},
		{"Go, Ruby, PHP, OpenSSL", []string{"SSL_CERT_FILE=creel-ca.pem ./app"}, nil},
		{"Java", []string{"keytool -importcert -noprompt -cacerts -alias creel -file creel-ca.pem"}, []string{"keytool -delete -cacerts -alias creel"}},
	}
}
