export namespace main {
	
	export interface Session {
	    address: string;
	    token: string;
	}

}

